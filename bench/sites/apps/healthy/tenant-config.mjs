import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { int } from '../urls.mjs';

const TENANTS = 1000;

const readConfig = (tenant) =>
  sleep(3).then(() => ({
    tenant,
    features: Object.fromEntries(
      Array.from({ length: 12 }, (_, n) => [`feature${n}`, (tenant + n) % 3 === 0]),
    ),
    limits: Array.from({ length: 10 }, (_, n) => ({ name: `limit${n}`, value: tenant * n })),
  }));

/** The promise is what is remembered, so that two who ask at once wait for the same. */
function memoise(read) {
  const configs = new Map();
  return (tenant) => {
    let config = configs.get(tenant);
    if (!config) {
      config = read(tenant);
      configs.set(tenant, config);
    }
    return config;
  };
}

export function createApp() {
  const configOf = memoise(readConfig);
  const app = express();
  app.param('tenant', async (req, _res, next, tenant) => {
    req.config = await configOf((Number(tenant) || 0) % TENANTS);
    next();
  });
  app.get('/t/:tenant/config', (req, res) => res.json(req.config));
  app.get('/t/:tenant/features', (req, res) => {
    res.json(Object.keys(req.config.features).filter((name) => req.config.features[name]));
  });
  app.get('/t/:tenant/usage', async (req, res) => {
    await sleep(1);
    res.json(req.config.limits.map(({ name, value }) => ({ name, used: value % 97, value })));
  });
  app.get('/plans', (_req, res) =>
    res.json(Array.from({ length: 30 }, (_, n) => ({ plan: n, cents: n * 990 }))),
  );
  return app;
}

// Few tenants make most of the traffic: the last of the thousand is heard of late.
const tenant = (random) => Math.floor(random() ** 3 * TENANTS);

export const routes = [
  { method: 'GET', path: (r) => `/t/${tenant(r)}/config`, pattern: 'GET /t/:tenant/config', weight: 35 },
  { method: 'GET', path: (r) => `/t/${tenant(r)}/features`, pattern: 'GET /t/:tenant/features', weight: 30 },
  { method: 'GET', path: (r) => `/t/${int(r, TENANTS)}/usage`, pattern: 'GET /t/:tenant/usage', weight: 20 },
  { method: 'GET', path: () => '/plans', pattern: 'GET /plans', weight: 15 },
];

export const truth = () => null;

export const check = { fill: Array.from({ length: TENANTS }, (_, number) => `/t/${number}/features`) };
