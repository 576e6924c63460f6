import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { int } from '../urls.mjs';

const GIANT = 5 * 1024 * 1024;

/** One request in a hundred takes five megabytes for some milliseconds, and gives them all back. */
export function createApp() {
  const app = express();
  app.get('/archive/:id', async function buildArchive(req, res) {
    const archive = Buffer.alloc(GIANT / 2, Number(req.params.id) & 0xff);
    const offsets = Array.from({ length: GIANT / 16 }, (_, n) => n * 1.5);
    await sleep(5);
    const digest = createHash('sha1').update(archive.subarray(0, 100_000)).digest('hex');
    res.json({ digest, size: archive.length, last: offsets.at(-1) });
  });
  app.get('/archive/:id/list', async function listArchive(req, res) {
    const names = Array.from({ length: 5000 }, (_, n) => `file-${req.params.id}-${n}.txt`);
    await sleep(2);
    res.json(names.sort().slice(0, 30));
  });
  app.get('/files/:name', async (req, res) => {
    await sleep(1);
    res.json({ name: req.params.name, lines: Array.from({ length: 30 }, (_, n) => `Line ${n}`) });
  });
  app.get('/folders', (_req, res) =>
    res.json(Array.from({ length: 60 }, (_, n) => ({ folder: n, files: n * 3 }))),
  );
  app.get('/quota', (_req, res) => res.json({ used: 12, of: 100 }));
  return app;
}

export const routes = [
  { method: 'GET', path: (r) => `/archive/${int(r, 100)}`, pattern: 'GET /archive/:id', weight: 1 },
  { method: 'GET', path: (r) => `/archive/${int(r, 100)}/list`, pattern: 'GET /archive/:id/list', weight: 4 },
  { method: 'GET', path: (r) => `/files/f${int(r, 1000)}`, pattern: 'GET /files/:name', weight: 55 },
  { method: 'GET', path: () => '/folders', pattern: 'GET /folders', weight: 25 },
  { method: 'GET', path: () => '/quota', pattern: 'GET /quota', weight: 15 },
];

export const truth = () => null;
