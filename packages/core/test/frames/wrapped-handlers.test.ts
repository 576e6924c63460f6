import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appFolder, mostly, type SampledApp, sampleApp } from './sampled-app.ts';

/** Every leak comes after an `await`, so that no wrapper is on its stack. */
const APP = {
  'app.mjs': `
    import express from 'express';
    import asyncHandler from 'some-async-handler';
    import { keep, pause } from './store.mjs';
    import { Dispatcher, OrdersController } from './nested.mjs';

    const catching = (fn) => (req, res, next) => fn(req, res, next).catch(next);
    function traced(name, fn) {
      return function (...args) { const span = { name }; try { return fn.apply(this, args); } finally { span.end = 1; } };
    }
    const loading = (load) => async (req, res) => { await pause(); await load(); res.end(); };

    function leakOfA() { keep('a'); }
    function leakOfNested() { keep('nested'); }
    function leakOfTwice() { keep('twice'); }
    function leakOfPackage() { keep('package'); }
    function leakOfLoad() { keep('load'); }
    function leakOfOther() { keep('other'); }
    function leakOfSame() { keep('same'); }
    async function a(req, res) { await pause(); leakOfA(); res.end(); }
    async function b(req, res) { await pause(); res.end(); }
    async function nestedA(req, res) { await pause(); leakOfNested(); res.end(); }
    async function nestedB(req, res) { await pause(); res.end(); }
    async function twice(req, res) { await pause(); leakOfTwice(); res.end(); }
    async function packaged(req, res) { await pause(); leakOfPackage(); res.end(); }
    async function loadUsers() { await pause(); leakOfLoad(); }
    async function loadOrders() { await pause(); leakOfOther(); }

    export const app = express();
    app.get('/a', catching(a));
    app.get('/b', catching(b));
    app.get('/nested/a', traced('a', catching(nestedA)));
    app.get('/nested/b', traced('b', catching(nestedB)));
    app.get('/twice/1', catching(twice));
    app.get('/twice/2', catching(twice));
    app.get('/package', asyncHandler(packaged));
    app.get('/load/users', loading(loadUsers));
    app.get('/load/orders', loading(loadOrders));
    app.get('/direct', async (req, res) => { await loadUsers(); res.end(); });
    const make = (n) => async (req, res) => { await pause(); leakOfSame(n); res.end(); };
    app.get('/same/1', make(1));
    app.get('/same/2', make(2));
    const dispatcher = new Dispatcher(app);
    dispatcher.route('/orders', new OrdersController(), 'list');
    dispatcher.route('/orders/count', new OrdersController(), 'count');
    export const paths = [
      '/a', '/b', '/nested/a', '/nested/b', '/twice/1', '/twice/2', '/package', '/load/users', '/load/orders', '/direct',
      '/same/1', '/same/2', '/orders', '/orders/count',
    ];
  `,
  'store.mjs': `
    const kept = [];
    export const pause = () => new Promise((resolve) => setTimeout(resolve, 1));
    export const keep = (of) => kept.push({ of, values: new Array(60).fill(0) });
  `,
  // As Nest does: a closure around a closure around a method.
  'nested.mjs': `
    import { keep, pause } from './store.mjs';
    function leakOfMethod() { keep('method'); }
    export class OrdersController {
      async list() { await pause(); leakOfMethod(); return 'list'; }
      async count() { await pause(); return '1'; }
    }
    export class Dispatcher {
      constructor(app) { this.app = app; }
      route(path, instance, name) { this.app.get(path, this.proxy(this.context(instance, instance[name]))); }
      context(instance, callback) {
        const handler = (args) => async () => callback.apply(instance, args);
        return async (req, res, next) => { res.end(await handler([req, res, next])()); };
      }
      proxy(targetCallback) {
        return async (req, res, next) => { try { await targetCallback(req, res, next); } catch (error) { next(error); } };
      }
    }
  `,
  'node_modules/some-async-handler/package.json': '{ "name": "some-async-handler", "version": "2.0.1" }',
  'node_modules/some-async-handler/index.js': `
    const asyncUtil = (fn) =>
      function asyncUtilWrap(...args) {
        const fnReturn = fn(...args);
        const next = args[args.length - 1];
        return Promise.resolve(fnReturn).catch(next);
      };
    module.exports = asyncUtil;
  `,
};

describe('what wrappers wrap', () => {
  let sampled: SampledApp;
  beforeAll(async () => {
    sampled = await sampleApp(appFolder(APP, ['express'], afterAll), { perPath: 60 });
  });
  const answers = (leak: string) => sampled.answers(sampled.of(leak));
  const handler = (leak: string) => sampled.frames.describe(sampled.of(leak)[0]!.stack).handler;

  it('tells routes of one async wrapper apart after their await, and is their handler', () => {
    expect(answers('leakOfA')).toEqual(mostly('handler GET /a'));
    expect(handler('leakOfA')).toMatchObject({ function: 'a', file: 'app.mjs' });
  });

  it('is found in a wrapper of a wrapper', () => {
    expect(answers('leakOfNested')).toEqual(mostly('handler GET /nested/a'));
    expect(handler('leakOfNested')).toMatchObject({ function: 'nestedA' });
  });

  it('is found in a wrapper of a package that has one route', () => {
    expect(answers('leakOfPackage')).toEqual(mostly('handler GET /package'));
    expect(handler('leakOfPackage')).toMatchObject({ function: 'packaged', file: 'app.mjs' });
  });

  it('is found behind the closures of a dispatcher that calls methods', () => {
    expect(answers('leakOfMethod')).toEqual(mostly('handler GET /orders'));
    expect(handler('leakOfMethod')).toMatchObject({ function: 'list', file: 'nested.mjs' });
  });

  it('is of both routes where they wrap the same function', () => {
    expect(answers('leakOfTwice')).toEqual(mostly('handler GET /twice/1|GET /twice/2'));
    expect(handler('leakOfTwice')).toMatchObject({ function: 'twice' });
  });

  it('is also of those who call it without the wrapper', () => {
    expect(answers('leakOfLoad')).toEqual(mostly('learned GET /direct|GET /load/users'));
    expect(answers('leakOfOther')).toEqual(mostly('handler GET /load/orders'));
  });

  it('tells nothing of functions that one factory made and that hold the same', () => {
    expect(answers('leakOfSame')).toEqual(mostly('handler GET /same/1|GET /same/2'));
  });
});
