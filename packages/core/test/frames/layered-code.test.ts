import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appFolder, mostly, type SampledApp, sampleApp } from './sampled-app.ts';

const LAYERS = {
  'app.mjs': `
    import express from 'express';
    import { OrderController } from './controller.mjs';
    import { sharedByThree, sharedByAll, ownOfOne } from './repository.mjs';
    const pause = () => new Promise((resolve) => setTimeout(resolve, 1));
    const orders = new OrderController();
    export const app = express();
    app.get('/orders/:id', orders.show);
    app.get('/a', async function a(req, res) { await pause(); await sharedByThree(); await sharedByAll(); res.end('a'); });
    app.get('/b', async function b(req, res) { await sharedByThree(); await pause(); await sharedByAll(); res.end('b'); });
    app.get('/c', async (req, res) => { await sharedByAll(); await sharedByThree(); res.end('c'); });
    app.get('/d', async (req, res) => { await sharedByAll(); await ownOfOne(); res.end('d'); });
    export const paths = ['/orders/1', '/a', '/b', '/c', '/d'];
  `,
  'controller.mjs': `
    import { OrderService } from './service.mjs';
    export class OrderController {
      #service = new OrderService();
      constructor() { this.show = this.show.bind(this); }
      async show(req, res) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        const order = await this.#service.load(req.params.id);
        const { sharedByAll } = await import('./repository.mjs');
        await sharedByAll();
        res.end(String(order.id));
      }
    }
  `,
  'service.mjs': `
    import { findOrder } from './repository.mjs';
    export class OrderService {
      async load(id) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return await findOrder(id);
      }
    }
  `,
  'repository.mjs': `
    const pause = () => new Promise((resolve) => setTimeout(resolve, 1));
    const seen = new Map();
    let n = 0;
    function row(kind) { return { kind, n, values: new Array(100).fill(n) }; }
    export async function findOrder(id) { await pause(); const found = leakOfOrders(id); return found; }
    function leakOfOrders(id) { const order = { id, row: row('order') }; seen.set(n++, order); return order; }
    export async function sharedByThree() { await pause(); leakOfThree(); }
    function leakOfThree() { seen.set(n++, row('three')); }
    export async function sharedByAll() { await pause(); leakOfAll(); }
    function leakOfAll() { seen.set(n++, row('all')); }
    export async function ownOfOne() { await pause(); leakOfOne(); }
    function leakOfOne() { seen.set(n++, row('one')); }
  `,
};

describe('layered code, where the leak comes after an await in the last layer', () => {
  let sampled: SampledApp;
  beforeAll(async () => {
    sampled = await sampleApp(appFolder(LAYERS, ['express'], afterAll));
  });

  it('finds the routes that call it: the one, the three, or all', () => {
    const answer = (name: string) => sampled.answers(sampled.of(name));
    expect(answer('leakOfOrders')).toEqual(mostly('learned GET /orders/:id'));
    expect(answer('leakOfOne')).toEqual(mostly('learned GET /d'));
    expect(answer('leakOfThree')).toEqual(mostly('learned GET /a|GET /b|GET /c'));
    expect(answer('leakOfAll')).toEqual(mostly('learned GET /a|GET /b|GET /c|GET /d|GET /orders/:id'));
  });

  it('finds them by their source where reads saw few calls', () => {
    const app = sampled.again({ learns: false });
    const answer = (name: string) => app.answers(app.of(name));
    expect(answer('leakOfOrders')).toEqual(mostly('learned GET /orders/:id'));
    expect(answer('leakOfOne')).toEqual(mostly('learned GET /d'));
    expect(answer('leakOfThree')).toEqual(mostly('learned GET /a|GET /b|GET /c'));
    expect(answer('leakOfAll')).toEqual(mostly('learned GET /a|GET /b|GET /c|GET /d|GET /orders/:id'));
  });
});
