import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appFolder, mostly, type SampledApp, sampleApp } from './sampled-app.ts';

const APP = {
  'app.mjs': `
    import express from 'express';
    import { Store } from 'slow-store';
    import { hear, tell } from './bus.mjs';
    import { compress } from './streams.mjs';
    const kept = [];
    const pause = () => new Promise((resolve) => setTimeout(resolve, 1));
    const row = (of) => kept.push({ of, values: new Array(60).fill(0) });
    function leakOfTimer() { row('timer'); }
    function leakOfTenant() { row('tenant'); }
    function leakOfSession() { row('session'); }
    function leakOfLater() { row('later'); }
    function later(req) { setTimeout(() => { leakOfLater(req.url); }, 1); }
    const store = new Store();
    hear();
    export const app = express();
    const requests = [];
    app.use(function tenant(req, res, next) { leakOfTenant(); req.tenant = { id: 1 }; next(); });
    app.use(async function session(req, res, next) { await pause(); leakOfSession(); next(); });
    app.use('/keeps', (req, res, next) => { requests.push(req); next(); });
    app.get('/timer', function timer(req, res) { setTimeout(() => { leakOfTimer(); }, 1); res.end(); });
    app.get('/later', (req, res) => { later(req); res.end(); });
    app.get('/told', (req, res) => { tell(req.url); res.end(); });
    app.get('/stream', (req, res) => { compress(res); });
    app.get('/store', async (req, res) => { await store.set(req.url, 1); res.end(); });
    app.get('/quiet', (req, res) => { res.end(); });
    app.get('/keeps', (req, res) => { res.end(); });
    export const paths = ['/timer', '/later', '/told', '/stream', '/store', '/quiet', '/keeps'];
  `,
  'bus.mjs': `
    import { EventEmitter } from 'node:events';
    const bus = new EventEmitter();
    const heard = [];
    function onTold(url) { leakOfListener(url); }
    function leakOfListener(url) { heard.push({ url, values: new Array(60).fill(0) }); }
    export function hear() { bus.on('told', onTold); }
    export function tell(url) { setImmediate(() => bus.emit('told', url)); }
  `,
  'streams.mjs': `
    import { Readable, Transform, pipeline } from 'node:stream';
    const seen = [];
    function leakOfStream(chunk) { seen.push({ chunk, values: new Array(60).fill(0) }); }
    export function compress(res) {
      const upper = new Transform({ transform(chunk, _encoding, done) { leakOfStream(chunk); done(null, chunk); } });
      pipeline(Readable.from(['a']), upper, res, () => {});
    }
  `,
  'node_modules/slow-store/package.json':
    '{ "name": "slow-store", "version": "1.2.3", "main": "lib/store.js" }',
  'node_modules/slow-store/lib/package.json': '{ "type": "commonjs" }',
  'node_modules/slow-store/lib/store.js': `
    const keep = new Map();
    let n = 0;
    exports.Store = class Store {
      async set(key, value) {
        return Promise.resolve()
          .then(() => new Promise((resolve) => setTimeout(resolve, 1)))
          .then(() => { leakOfStore(key, value); });
      }
    };
    function leakOfStore(key, value) { keep.set(n++, { key, value, values: new Array(60).fill(0) }); }
  `,
};

describe('code that runs without a handler on its stack', () => {
  let sampled: SampledApp;
  beforeAll(async () => {
    sampled = await sampleApp(appFolder(APP, ['express'], afterAll));
  });

  it('is told by the functions it is written in and by who called them', () => {
    const answers = (name: string) => sampled.answers(sampled.of(name));
    expect(answers('leakOfTimer')).toEqual(mostly('handler GET /timer'));
    expect(answers('leakOfLater')).toEqual(mostly('learned GET /later'));
    expect(answers('leakOfListener')).toEqual(mostly('learned GET /told'));
    expect(answers('leakOfStream')).toEqual(mostly('learned GET /stream'));
    expect(answers('leakOfStore')).toEqual(mostly('learned GET /store'));

    // The function that is called, which its callback is written in; then the one that allocates.
    const store = sampled.frames.describe(sampled.of('leakOfStore')[0]!.stack);
    expect(store.entry).toMatchObject({ function: 'set', line: 5, package: 'slow-store@1.2.3' });
    expect(store.allocating).toMatchObject({ function: 'leakOfStore', package: 'slow-store@1.2.3' });
    expect(store).toMatchObject({
      kind: 'function',
      handler: { function: '(anonymous)', file: 'app.mjs', line: 25 },
    });
  });

  it('is a middleware where a dispatcher called it before any handler, of the routes that it led to', () => {
    const every = [...sampled.names].sort().join('|');
    for (const [leak, middleware] of [
      ['leakOfTenant', 'tenant'],
      ['leakOfSession', 'session'],
    ] as const) {
      const stacks = sampled.of(leak, middleware);
      expect(sampled.answers(stacks)).toEqual(mostly(`middleware ${every}`));
      const { kind, handler } = sampled.frames.describe(stacks[0]!.stack);
      expect({ kind, handler: handler?.function }).toEqual({ kind: 'middleware', handler: middleware });
    }
  });

  it('is the requests themselves where only Node and the framework are on the stack', () => {
    const created = sampled
      .of('parserOnIncoming')
      .filter(({ stack }) => stack.at(0)?.name === 'parserOnIncoming');
    expect(sampled.answers(created)).toEqual(mostly('requests'));
    const [kept] = created;
    expect(sampled.frames.describe(kept!.stack)).toMatchObject({ kind: 'requests', handler: null });
    expect(new Set(created.map(({ stack }) => sampled.frames.place(stack).site)).size).toBe(1);
  });
});
