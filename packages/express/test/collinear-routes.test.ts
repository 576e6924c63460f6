import { Agent } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { createGuard, type GrowthReport, type GuardOptions } from '@leakguard/core';
import { request } from '@leakguard/test-utils';
import type { Request, Response } from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { leakGuard } from '../src/index.ts';
import { freshExpress, listen } from './majors.ts';

const CLIENTS = 8;
/** At most: it ends as soon as both guards have spoken. */
const ROUNDS = 120;
const VISITS_PER_ROUND = 300;

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

const drafts: object[][] = [];

/** Keeps about 6 KB for ever. */
function rememberDraft(order: string): void {
  const lines: object[] = [];
  for (let at = 0; at < 100; at++) lines.push({ order, at, note: at });
  drafts.push(lines);
}

const answer = (_req: Request, res: Response): void => {
  res.json({ ok: true });
};

/** One app behind two guards that see the same requests; only the second has V8's profiler. */
async function startShop() {
  const options: GuardOptions = { level: 'prove', enabled: true, logger: SILENT, control: false };
  const byFloors = createGuard({ ...options, profiler: false });
  const bySites = createGuard({ ...options, profiler: 'auto' });
  const app = freshExpress(5)();
  app.use(leakGuard({ guard: byFloors }), leakGuard({ guard: bySites }));
  app.get('/basket', async (_req, res) => {
    await turn();
    res.json({ items: [1, 2, 3] });
  });
  app.get('/checkout/:order', async (req, res) => {
    await turn();
    rememberDraft(req.params.order);
    res.json({ paid: true });
  });
  app.get('/news', (req, res) => answer(req, res));
  app.get('/help', (req, res) => answer(req, res));
  const running = await listen(app);
  onTestFinished(async () => {
    await running.close();
    await Promise.all([byFloors.close(), bySites.close()]);
    drafts.length = 0;
  });
  return { byFloors, bySites, port: running.port };
}

/** Clients that look around or buy; whoever looks into the basket checks out at once. */
function visits(port: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  onTestFinished(() => agent.destroy());
  const get = (path: string) => request(port, path, { agent });
  let visit = 0;
  async function next(buyers: number) {
    const n = visit++;
    if ((n * 0.618) % 1 >= buyers) return get(n % 3 === 0 ? '/help' : '/news');
    await get('/basket');
    return get(`/checkout/${n}`);
  }
  return async (buyers: number) => {
    let left = VISITS_PER_ROUND;
    const client = async () => {
      while (left-- > 0) await next(buyers);
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
  };
}

const growing = ({ scopes }: GrowthReport) =>
  scopes.filter(({ verdict }) => verdict === 'growing' || verdict === 'leaking');

/** Everybody that it may be. */
const credible = (report: GrowthReport) =>
  growing(report).flatMap(({ scope, candidates }) => [scope, ...candidates.map((each) => each.scope)]);

/** Only ends what would never end: on a loaded machine it takes several times as long. */
const TIMEOUT_MS = 180_000;

test('of two routes that always come together the profiler tells which one leaks, where floors cannot', {
  timeout: TIMEOUT_MS,
}, async () => {
  const { byFloors, bySites, port } = await startShop();
  const send = visits(port);
  let floors = byFloors.report();
  let sites = bySites.report();
  for (let round = 0; round < ROUNDS; round++) {
    await send(0.3 + 0.25 * Math.sin(round));
    floors = byFloors.report();
    sites = bySites.report();
    const isToldBySites = growing(sites).some(({ channels }) => channels.includes('sites'));
    if (isToldBySites && growing(floors).length > 0) break;
  }
  expect(credible(floors)).toEqual(expect.arrayContaining(['GET /basket', 'GET /checkout/:order']));
  const [named, ...others] = growing(sites);
  expect(others).toEqual([]);
  expect(named).toMatchObject({ scope: 'GET /checkout/:order', site: { kind: 'function' } });
  expect(named?.channels).toContain('sites');
  expect(named?.candidates.map(({ scope }) => scope)).not.toContain('GET /basket');
  expect(named?.site?.allocating.function).toBe('rememberDraft');
});
