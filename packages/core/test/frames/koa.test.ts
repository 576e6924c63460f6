import { describe, expect, it } from 'vitest';
import { appFolder, mostly, sampleApp } from './sampled-app.ts';

const APP = {
  'app.mjs': `
    import Koa from 'koa';
    import Router from '@koa/router';
    const kept = [];
    const pause = () => new Promise((resolve) => setTimeout(resolve, 1));
    const row = (of) => kept.push({ of, values: new Array(60).fill(0) });
    function leakOfShow() { row('show'); }
    function leakOfLater() { row('later'); }
    function leakOfSession() { row('session'); }
    function leakOfCheck() { row('check'); }
    const check = async (ctx, next) => { leakOfCheck(); await next(); };
    const router = new Router();
    router.get('/show/:id', async (ctx) => { await pause(); leakOfShow(); ctx.body = 'a'; });
    router.get('/later', check, (ctx) => { ctx.body = 'b'; pause().then(() => { leakOfLater(); }); });
    router.get('/checked', check, async (ctx) => { await pause(); ctx.body = 'c'; });
    export const app = new Koa();
    app.use(async function session(ctx, next) { await next(); leakOfSession(); });
    app.use(router.routes());
    export const paths = ['/show/1', '/later', '/checked'];
  `,
};

describe('Koa', () => {
  it('has handlers that are told by where they start, and middleware around them', async () => {
    const sampled = await sampleApp(appFolder(APP, ['koa', '@koa/router']));
    const answers = (name: string) => sampled.answers(sampled.of(name));
    expect(answers('leakOfShow')).toEqual(mostly('handler GET /show/:id'));
    expect(answers('leakOfLater')).toEqual(mostly('handler GET /later'));
    expect(answers('leakOfCheck')).toEqual(mostly('handler GET /checked|GET /later'));
    expect(answers('leakOfSession')).toEqual(mostly('middleware GET /checked|GET /later|GET /show/:id'));
    const { handler, kind } = sampled.frames.describe(sampled.of('leakOfSession')[0]!.stack);
    expect({ kind, handler: handler?.function }).toEqual({ kind: 'middleware', handler: 'session' });
  });
});
