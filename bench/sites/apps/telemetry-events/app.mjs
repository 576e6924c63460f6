import express from 'express';
import { int } from '../urls.mjs';
import { DEVICES, Pipeline } from './pipeline.mjs';
import { memoryNames } from './stage-memory.mjs';

const deviceOf = (req) => (Number(req.params.id) || 0) % DEVICES;

export function createApp(leak = null) {
  const pipeline = new Pipeline(leak);
  const app = express();
  app.use(express.json());

  app.post('/ingest/:id', async (req, res) => {
    const values = Array.isArray(req.body?.values) && req.body.values.length ? req.body.values : [1, 2, 3];
    res.status(202).json(await pipeline.run('received', { device: deviceOf(req), values }));
  });
  app.post('/devices/:id/calibrate', async (req, res) => {
    res.json(await pipeline.run('calibrating', { device: deviceOf(req) }));
  });
  app.post('/alerts/:id/ack', async (req, res) => {
    res.json(await pipeline.run('acking', { device: deviceOf(req) }));
  });
  app.get('/devices', (_req, res) => {
    res.json([...pipeline.latest.values()].sort((a, b) => b.value - a.value).slice(0, 50));
  });
  app.get('/devices/:id/latest', (req, res) => {
    res.json(pipeline.latest.get(deviceOf(req)));
  });
  app.get('/devices/:id/window', (req, res) => {
    const window = pipeline.windows[deviceOf(req)];
    setTimeout(() => res.json({ window, max: Math.max(...window), min: Math.min(...window) }), 1);
  });
  app.get('/alerts', (_req, res) => {
    res.json(pipeline.alerts.filter((alert) => alert.open));
  });
  app.get('/rollups/hourly', (_req, res) => {
    const lines = pipeline.hourly.map((mean, hour) => `${hour};${mean.toFixed(2)}`);
    res.type('text/plain').send(lines.join('\n'));
  });
  app.get('/health', (_req, res) => {
    res.json({ ok: true, devices: pipeline.latest.size });
  });
  return app;
}

const device = (random) => int(random, DEVICES);

export const routes = [
  {
    method: 'POST',
    path: (r) => `/ingest/${device(r)}`,
    body: (r) => ({ values: Array.from({ length: 5 + int(r, 30) }, () => int(r, 1000) / 10) }),
    pattern: 'POST /ingest/:id',
    weight: 28,
  },
  { method: 'GET', path: () => '/devices', pattern: 'GET /devices', weight: 10 },
  {
    method: 'GET',
    path: (r) => `/devices/${device(r)}/latest`,
    pattern: 'GET /devices/:id/latest',
    weight: 20,
  },
  {
    method: 'GET',
    path: (r) => `/devices/${device(r)}/window`,
    pattern: 'GET /devices/:id/window',
    weight: 12,
  },
  {
    method: 'POST',
    path: (r) => `/devices/${device(r)}/calibrate`,
    pattern: 'POST /devices/:id/calibrate',
    weight: 5,
  },
  { method: 'GET', path: () => '/alerts', pattern: 'GET /alerts', weight: 8 },
  { method: 'POST', path: (r) => `/alerts/${int(r, 100)}/ack`, pattern: 'POST /alerts/:id/ack', weight: 2 },
  { method: 'GET', path: () => '/rollups/hourly', pattern: 'GET /rollups/hourly', weight: 7 },
  { method: 'GET', path: () => '/health', pattern: 'GET /health', weight: 8 },
];

const stages = {
  major: { scope: 'POST /ingest/:id', listener: 'onEnriched' },
  minor: { scope: 'POST /devices/:id/calibrate', listener: 'onCalibrated' },
  rare: { scope: 'POST /alerts/:id/ack', listener: 'onAcked' },
};

export function truth(leak) {
  if (!leak) return null;
  const { scope, listener } = stages[leak.route];
  const allocating = memoryNames[leak.kind];
  return {
    scope,
    allocating,
    functions: [...allocating, listener],
    files: ['stage-memory.mjs', 'pipeline.mjs'],
  };
}
