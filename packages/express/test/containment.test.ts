import type { RequestListener } from 'node:http';
import { createGuard, type Guard } from '@leakguard/core';
import { recordingGuard, request, throwingScope, watchForRejections } from '@leakguard/test-utils';
import type { Express as App, RequestHandler } from 'express';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type LeakGuardOptions, leakGuard } from '../src/index.ts';
import { freshExpress, listen, MAJORS } from './majors.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };
const ok: RequestHandler = (_req, res) => void res.end('ok');
const warnings = watchForRejections();

describe('leakGuard', () => {
  it.each([
    { options: null, shown: 'null' },
    { options: 5, shown: '5' },
    { options: [], shown: '[]' },
    { options: () => 1, shown: '() => 1' },
    { options: { scope: Object.create(null) }, shown: 'object' },
  ])('refuses $shown as options, with what is allowed', ({ options, shown }) => {
    expect(() => leakGuard(options as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_LEAKGUARD_OPTION',
        message: expect.stringMatching(/must be (an object|a function of \(req, res\)), got /),
      }),
    );
    expect(() => leakGuard(options as never)).toThrow(`got ${shown}`);
  });
});

describe.each(MAJORS)('$name: leakGuard', ({ major }) => {
  async function start(options: LeakGuardOptions) {
    const express = freshExpress(major);
    const app = express();
    const middleware = leakGuard(options);
    app.use(middleware);
    app.get('/users/:id', ok);
    const running = await listen(app);
    onTestFinished(() => running.close());
    return { app, middleware, port: running.port };
  }

  it.each([
    ['rejects', async () => Promise.reject(new Error('late')), 'rejected'],
    ['rejects with what has no text', async () => Promise.reject(Object.create(null)), 'rejected'],
    ['throws what has no text', () => thrown(Object.create(null)), 'threw'],
    ['answers with a promise', async () => 'name', 'gave an object'],
  ])('counts by the route, with one warning, where scope %s', async (_, scope, failure) => {
    const guard = recordingGuard();
    const { port } = await start({ guard, scope: scope as never });
    for (const id of [1, 2]) await request(port, `/users/${id}`);
    expect(await guard.finished(2)).toEqual(['GET /users/:id', 'GET /users/:id']);
    await new Promise(setImmediate);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`option scope(req, res) ${failure};`);
  });

  it('counts by the route where the guard ignores by a function that throws', async () => {
    const guard = createGuard({ enabled: true, logger: silent, ignore: () => thrown(new Error('broken')) });
    onTestFinished(() => guard.close());
    const { port } = await start({ guard });
    for (const id of [1, 2]) await request(port, `/users/${id}`);
    await until(() => guard.report().scopes[0]?.units === 2);
    expect(guard.report().scopes).toMatchObject([{ scope: 'GET /users/:id', units: 2, inFlight: 0 }]);
  });

  it.each([
    ['some scopes', (name: string) => name !== '(unmatched)', '(unmatched)'],
    ['every scope', () => true, 'unknown scope -1'],
  ])('ends every unit where a guard throws for %s', async (_, fails, ended) => {
    const guard = throwingScope(recordingGuard(), fails);
    const { port } = await start({ guard });
    expect((await request(port, '/users/1')).body).toBe('ok');
    expect(await guard.finished(1)).toEqual([ended]);
    expect(guard.inFlight()).toBe(0);
  });

  it('tells a second guard the route where the first one throws', async () => {
    const [broken, other] = [throwingScope(recordingGuard(), () => true), recordingGuard()];
    const app = freshExpress(major)();
    app.use(leakGuard({ guard: other }), leakGuard({ guard: broken }));
    app.get('/users/:id', ok);
    const running = await listen(app);
    onTestFinished(() => running.close());
    for (const id of [1, 2]) await request(running.port, `/users/${id}`);
    expect(await other.finished(2)).toEqual(['GET /users/:id', 'GET /users/:id']);
    expect(other.units[1]!.entered).toEqual(['GET /users/:id']);
    expect([broken.inFlight(), other.inFlight()]).toEqual([0, 0]);
  });

  it('ends the unit where the app replaced methods of the response by throwing ones', async () => {
    const guard = recordingGuard();
    const { app, port } = await start({ guard });
    app.get('/strange', (_req, res) => {
      res.status(404).end();
      res.getHeader = () => thrown(new Error('strange'));
      (_req as { next?: unknown }).next = undefined;
    });
    await request(port, '/strange');
    await guard.finished(1);
    expect(guard.inFlight()).toBe(0);
  });

  it.each([
    ['disabled', (): LeakGuardOptions => ({ enabled: false })],
    ['given and disabled', (): LeakGuardOptions => ({ guard: createGuard({ enabled: false }) })],
  ])('leaves Express and its requests alone while the guard is %s', async (_, options) => {
    const { app, middleware, port } = await start(options());
    onTestFinished(() => middleware.guard.close());
    const begin = vi.spyOn(middleware.guard, 'begin');
    const before = layerMethod(app);
    const listeners: number[] = [];
    app.get('/listeners', (_req, res) => {
      listeners.push(res.listenerCount('close'));
      res.end();
    });
    for (const path of ['/users/1', '/listeners']) await request(port, path);
    expect(layerMethod(app)).toBe(before);
    expect(begin).not.toHaveBeenCalled();
    expect(listeners).toEqual([await plainListeners(major)]);
  });

  it.each([
    ['the shared guard', (): LeakGuardOptions => ({ enabled: true, logger: silent })],
    ['its own guard', (): LeakGuardOptions => ({ guard: createGuard({ enabled: true, logger: silent }) })],
  ])('does nothing per request any more after %s was closed', async (_, options) => {
    const { middleware, port } = await start(options());
    const begin = vi.spyOn(middleware.guard, 'begin');
    await request(port, '/users/1');
    expect(begin).toHaveBeenCalledTimes(1);
    await middleware.guard.close();
    const urls = noteUrls(middleware.guard);
    expect((await request(port, '/users/2')).body).toBe('ok');
    expect(begin).toHaveBeenCalledTimes(1);
    expect(urls).toEqual([]);
  });
});

function thrown(error: unknown): never {
  throw error;
}

/** Every scope that is still asked for. */
function noteUrls(guard: Guard): string[] {
  const names: string[] = [];
  const scope = guard.scope.bind(guard);
  guard.scope = (kind, name) => {
    names.push(name);
    return scope(kind, name);
  };
  return names;
}

/** How many listeners Express and Node have on their own. */
async function plainListeners(major: number): Promise<number> {
  const app = freshExpress(major)();
  let count = -1;
  app.get('/', (_req, res) => {
    count = res.listenerCount('close');
    res.end();
  });
  const running = await listen(app);
  await request(running.port, '/');
  await running.close();
  return count;
}

async function until(ready: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1000 && !ready(); turn++) await new Promise(setImmediate);
}

function layerMethod(app: App): RequestListener {
  const router = ((app as never as { _router?: unknown })._router ?? app.router) as { stack: object[] };
  const prototype = Object.getPrototypeOf(router.stack[0]);
  return prototype.handleRequest ?? prototype.handle_request;
}
