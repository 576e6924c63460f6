import { Agent, METHODS } from 'node:http';
import { createGuard, type Guard } from '@leakguard/core';
import { type ClientResponse, type RecordingGuard, recordingGuard, request } from '@leakguard/test-utils';
import type { Express as App, ErrorRequestHandler } from 'express';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { cases, FUZZ_SEED, fc } from '../../../../test/fuzz/fast-check.ts';
import { anyValue, type Hostile } from '../../../../test/fuzz/hostile-values.ts';
import { leakGuard } from '../../src/index.ts';
import { type Express, listen, MAJORS } from '../majors.ts';

const unhandled: unknown[] = [];
const noteUnhandled = (error: unknown): void => void unhandled.push(error);
beforeEach(() => {
  process.on('unhandledRejection', noteUnhandled);
  vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
});
afterEach(async () => {
  await new Promise(setImmediate);
  process.off('unhandledRejection', noteUnhandled);
  vi.restoreAllMocks();
  expect(unhandled.splice(0)).toEqual([]);
});

/** Every name that the app below can have; nothing of a URL is among them. */
const NAMES: ReadonlySet<string> = new Set([
  '(unmatched)',
  ...[...METHODS, 'OTHER'].flatMap((method) =>
    [
      '/users/:id',
      '/orgs/:org/items/:item',
      '/orgs/:org (middleware)',
      '/orgs/:org/files (middleware)',
      '/^\\/raw\\/(.+)$/',
      '/any',
      '/one/:x',
      '/two/:x',
      '/throws/:what',
      '/passes',
      '/answers (middleware)',
      '/ (middleware)',
    ].map((pattern) => `${method} ${pattern}`),
  ),
]);

function build(express: Express, app: App): void {
  const orgs = express.Router({ mergeParams: true });
  orgs.get('/items/:item', (req, res) => void res.json(req.params));
  orgs.use('/files', (req, res, next) => (req.url.length % 2 === 0 ? void res.end(req.url) : next()));
  app.get('/users/:id', (req, res) => void res.json(req.params));
  app.use('/orgs/:org', orgs);
  app.get(/^\/raw\/(.+)$/, (req, res) => void res.json(Object.values(req.params)));
  app.all('/any', (req, res) => void res.json([req.method, req.query]));
  app.get(['/one/:x', '/two/:x'], (req, res) => void res.json(req.params));
  app.get('/throws/:what', (req) => {
    throw Object.assign(new Error(req.params.what), { status: 418 });
  });
  app.get('/passes', (_req, _res, next) => next());
  app.use('/answers', (req, res) => void res.end(req.originalUrl));
  const answerTeapot: ErrorRequestHandler = (error, _req, res, next) =>
    (error as { status?: number }).status === 418
      ? void res.status(418).end((error as Error).message)
      : next(error);
  app.use(answerTeapot);
}

interface Sent {
  method: string;
  path: string;
}

/** Any text that `node:http` agrees to send as a path. */
const byte = fc.integer({ min: 0x21, max: 0xff }).map((code) => String.fromCharCode(code));
const segment = fc.oneof(
  fc.constantFrom(
    'users',
    'orgs',
    'items',
    'files',
    'raw',
    'any',
    'one',
    'two',
    'throws',
    'passes',
    'answers',
  ),
  fc.constantFrom(
    '',
    '.',
    '..',
    '*',
    ':id',
    '%2f',
    '%zz',
    '%',
    '%00',
    '__proto__',
    'constructor',
    'ORGS',
    '(mount)',
  ),
  fc.string({ unit: byte, maxLength: 8 }),
);
const path = fc
  .tuple(
    fc.constantFrom(
      '/',
      '/',
      '/',
      '/users/',
      '/orgs/secret/',
      '/orgs/secret/items/',
      '//',
      'http://host/',
      '*',
      '',
    ),
    fc.array(segment, { maxLength: 4 }).map((segments) => segments.join('/')),
    fc.oneof(
      { weight: 3, arbitrary: fc.constant('') },
      fc.string({ unit: byte, maxLength: 12 }).map((query) => `?${query}`),
    ),
  )
  .map((parts) => parts.join(''))
  .filter((text) => text !== '');
const anySent: fc.Arbitrary<Sent> = fc.record({
  method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'OPTIONS', 'DELETE', 'PROPFIND', 'TRACE'),
  path,
});

/** What the client sees; stacks of Express's own error page differ by the guard's frame. */
function visible({ status, headers, body }: ClientResponse): object {
  const { date: _, ...others } = headers;
  delete others['content-length'];
  return { status, headers: others, body: body.replace(/<br> &nbsp;.*/s, '') };
}

async function answers(port: number, sent: readonly Sent[], agent: Agent): Promise<object[]> {
  const all: object[] = [];
  for (const { method, path: text } of sent)
    all.push(
      await request(port, text, { method, agent }).then(visible, (error: Error) => ({
        error: error.message,
      })),
    );
  return all;
}

function startAgent(): Agent {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  return agent;
}

/** Any of the ways in which a function of the host's may end. */
function anyFunction(): fc.Arbitrary<() => unknown> {
  return fc
    .tuple(fc.constantFrom('returns', 'throws', 'rejects'), anyValue())
    .map(([way, { label, value }]: [string, Hostile]) =>
      Object.assign(() => ended(way, value), { [fc.toStringMethod]: () => `${way} ${label}` }),
    );
}

function ended(way: string, value: unknown): unknown {
  if (way === 'throws') throw value;
  return way === 'rejects' ? Promise.reject(value) : value;
}

describe.each(MAJORS)(`$name under any requests (seed ${FUZZ_SEED})`, ({ express }) => {
  async function start(prepare: (app: App) => void) {
    const app = express();
    prepare(app);
    build(express, app);
    const running = await listen(app);
    onTestFinished(() => running.close());
    return running.port;
  }

  it('counts each under a pattern, shows no URL, and changes no answer', async () => {
    let arrived = 0;
    let guard: RecordingGuard;
    const handlers: ReturnType<typeof leakGuard>[] = [];
    const plain = await start(() => undefined);
    const guarded = await start((app) =>
      app.use(
        (_req, _res, next) => {
          arrived += 1;
          next();
        },
        (req, res, next) => handlers.at(-1)!(req, res, next),
      ),
    );
    const agent = startAgent();
    await fc.assert(
      fc.asyncProperty(fc.array(anySent, { minLength: 1, maxLength: 8 }), async (sent) => {
        arrived = 0;
        guard = recordingGuard();
        handlers.push(leakGuard({ guard }));
        expect(await answers(guarded, sent, agent)).toEqual(await answers(plain, sent, agent));
        expect(await guard.finished(arrived)).toHaveLength(arrived);
        expect(guard.inFlight()).toBe(0);
        expect(guard.units.filter(({ ends }) => ends !== 1)).toEqual([]);
        expect(guard.scopeNames.filter((name) => !NAMES.has(name))).toEqual([]);
      }),
      cases(20),
    );
  });

  it('counts each and answers it, however the host’s own functions end', async () => {
    let arrived = 0;
    let middleware: ReturnType<typeof leakGuard>;
    const port = await start((app) =>
      app.use((req, res, next) => {
        arrived += 1;
        middleware(req, res, next);
      }),
    );
    const agent = startAgent();
    const functions = fc.record({ scope: anyFunction(), ignore: anyFunction(), log: anyFunction() });
    await fc.assert(
      fc.asyncProperty(
        functions,
        fc.array(anySent, { maxLength: 3 }),
        async ({ scope, ignore, log }, more) => {
          arrived = 0;
          const logger = { info: log, warn: log, error: log } as never;
          const guard = createGuard({ enabled: true, maxScopes: 1, logger, ignore: ignore as never });
          middleware = leakGuard({ guard, scope: scope as never });
          await answers(port, more, agent);
          expect(await answers(port, [{ method: 'GET', path: '/users/1' }], agent)).toMatchObject([
            { status: 200, body: '{"id":"1"}' },
          ]);
          await until(() => unitsOf(guard) === arrived && inFlightOf(guard) === 0);
          await guard.close();
        },
      ),
      cases(20),
    );
  });
});

function unitsOf(guard: Guard): number {
  return guard.report().scopes.reduce((sum, { units }) => sum + units, 0);
}

function inFlightOf(guard: Guard): number {
  return guard.report().scopes.reduce((sum, { inFlight }) => sum + inFlight, 0);
}

async function until(ready: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1000 && !ready(); turn++) await new Promise(setImmediate);
  expect(ready()).toBe(true);
}
