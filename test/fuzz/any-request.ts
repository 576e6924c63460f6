import { Agent } from 'node:http';
import { createGuard, type Guard } from '@leakguard/core';
import {
  type ClientResponse,
  type RecordingGuard,
  recordingGuard,
  request,
  watchForRejections,
} from '@leakguard/test-utils';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cases, FUZZ_SEED, fc } from './fast-check.ts';
import { anyValue, type Hostile } from './hostile-values.ts';

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

type Middleware = (...args: never[]) => unknown;

/** An app of some framework, fuzzed with an adapter's middleware in front. */
export interface FuzzedApp {
  name: string;
  /** Starts it, behind this middleware if there is one, until the test is over; gives its port. */
  start(middleware?: Middleware): Promise<number>;
  /** Every scope that it can have. */
  names: ReadonlySet<string>;
  leakGuard(options: never): Middleware;
}

/** What every adapter holds under any requests: each counts once and under a pattern, and gets the answer of the app. */
export function describeAnyRequests({ name, start, names, leakGuard }: FuzzedApp): void {
  /** Counts what comes in, and hands it to the middleware of the moment. */
  async function startCounting() {
    const state = { arrived: 0, middleware: undefined as unknown as Middleware };
    const port = await start((...args) => {
      state.arrived += 1;
      return state.middleware(...args);
    });
    return { port, state };
  }

  describe(`${name} under any requests (seed ${FUZZ_SEED})`, () => {
    watchForRejections();

    it('counts each under a pattern, shows no URL, and changes no answer', async () => {
      const plain = await start();
      const { port, state } = await startCounting();
      const agent = startAgent();
      await fc.assert(
        fc.asyncProperty(fc.array(anySent, { minLength: 1, maxLength: 8 }), async (sent) => {
          const guard: RecordingGuard = recordingGuard();
          Object.assign(state, { arrived: 0, middleware: leakGuard({ guard } as never) });
          expect(await answers(port, sent, agent)).toEqual(await answers(plain, sent, agent));
          expect(await guard.finished(state.arrived)).toHaveLength(state.arrived);
          expect(guard.inFlight()).toBe(0);
          expect(guard.units.filter(({ ends }) => ends !== 1)).toEqual([]);
          expect(guard.scopeNames.filter((scope) => !names.has(scope))).toEqual([]);
        }),
        cases(20),
      );
    });

    it('counts each and answers it, however the host’s own functions end', async () => {
      const { port, state } = await startCounting();
      const agent = startAgent();
      const functions = fc.record({ scope: anyFunction(), ignore: anyFunction(), log: anyFunction() });
      await fc.assert(
        fc.asyncProperty(
          functions,
          fc.array(anySent, { maxLength: 3 }),
          async ({ scope, ignore, log }, more) => {
            const logger = { info: log, warn: log, error: log } as never;
            const guard = createGuard({ enabled: true, maxScopes: 1, logger, ignore: ignore as never });
            Object.assign(state, { arrived: 0, middleware: leakGuard({ guard, scope } as never) });
            await answers(port, more, agent);
            expect(await answers(port, [{ method: 'GET', path: '/users/1' }], agent)).toMatchObject([
              { status: 200, body: '{"id":"1"}' },
            ]);
            await until(() => unitsOf(guard) === state.arrived && inFlightOf(guard) === 0);
            await guard.close();
          },
        ),
        cases(20),
      );
    });
  });
}
