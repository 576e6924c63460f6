import { Agent } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { createGuard, type GrowthReport } from '@leakguard/core';
import { request } from '@leakguard/test-utils';
import type { NextFunction, Request, Response } from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { leakGuard } from '../src/index.ts';
import { freshExpress, listen } from './majors.ts';

const CLIENTS = 8;
const ROUNDS = 40;
const VISITS_PER_ROUND = 300;

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

const kept: object[][] = [];

/** Keeps about 6 KB for ever. */
function keepLines(order: string): void {
  const lines: object[] = [];
  for (let at = 0; at < 100; at++) lines.push({ order, at, note: at });
  kept.push(lines);
}

/** What was loaded last. Allocated before the first `await` of `load`, so that V8 is sure to see who calls that. */
const recent: object[][] = [];

class OrdersService {
  #loads = 0;

  async load(order: string): Promise<void> {
    recent[this.#loads++ % 200] = Array.from({ length: 50 }, () => ({ order }));
    await turn();
    keepLines(order);
  }
}

class OrdersController {
  readonly #service = new OrdersService();

  async show(req: Request, res: Response): Promise<void> {
    await turn();
    await this.#service.load(String(req.params.order));
    res.json({ ok: true });
  }

  async list(_req: Request, res: Response): Promise<void> {
    await turn();
    res.json([]);
  }
}

type Handler = (req: Request, res: Response) => Promise<void>;

const catching = (fn: Handler) => (req: Request, res: Response, next: NextFunction) => {
  fn(req, res).catch(next);
};

/** Two bound methods behind one wrapper: nothing of the routes themselves is on a stack after their first `await`. */
async function startShop() {
  const guard = createGuard({ level: 'prove', enabled: true, logger: SILENT, control: false });
  const orders = new OrdersController();
  const app = freshExpress(5)();
  app.use(leakGuard({ guard }));
  app.get('/orders/:order', catching(orders.show.bind(orders)));
  app.get('/orders', catching(orders.list.bind(orders)));
  const running = await listen(app);
  onTestFinished(async () => {
    await running.close();
    await guard.close();
    kept.length = 0;
    recent.length = 0;
  });
  return { guard, port: running.port };
}

const named = ({ scopes }: GrowthReport) =>
  scopes.find(
    ({ verdict, channels }) => (verdict === 'growing' || verdict === 'leaking') && channels.includes('sites'),
  );

/** Only ends what would never end: on a loaded machine it takes several times as long. */
const TIMEOUT_MS = 180_000;

test('a bound method behind a wrapper that other routes share is named with its route', {
  timeout: TIMEOUT_MS,
}, async () => {
  const { guard, port } = await startShop();
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  onTestFinished(() => agent.destroy());
  let visit = 0;
  for (let round = 0; round < ROUNDS && named(guard.report()) === undefined; round++) {
    const shows = 0.3 + 0.25 * Math.sin(round);
    let left = VISITS_PER_ROUND;
    const client = async (): Promise<void> => {
      while (left-- > 0) {
        const isShow = (visit++ * 0.618) % 1 < shows;
        await request(port, isShow ? `/orders/${visit}` : '/orders', { agent });
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    await guard.analyze();
  }
  const growth = named(guard.report());
  expect(growth).toMatchObject({
    scope: 'GET /orders/:order',
    site: {
      kind: 'function',
      allocating: { function: 'keepLines' },
      handler: { function: 'show', file: expect.stringMatching(/wrapped-handlers\.test\.ts$/) },
    },
  });
});
