import { Agent } from 'node:http';
import type { Guard } from '@leakguard/core';
import { type ClientResponse, request } from '@leakguard/test-utils';
import { afterEach, beforeEach, expect, onTestFinished, vi } from 'vitest';
import { fc } from './fast-check.ts';
import { anyValue, type Hostile } from './hostile-values.ts';

/** For the tests of a file: none may leave an unhandled rejection behind; warnings are not printed. */
export function watchForRejections(): void {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  beforeEach(() => {
    process.on('unhandledRejection', note);
    vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  });
  afterEach(async () => {
    await new Promise(setImmediate);
    process.off('unhandledRejection', note);
    vi.restoreAllMocks();
    expect(unhandled.splice(0)).toEqual([]);
  });
}

export interface Sent {
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
export const anySent: fc.Arbitrary<Sent> = fc.record({
  method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'OPTIONS', 'DELETE', 'PROPFIND', 'TRACE'),
  path,
});

/** What the client sees; stacks of Express's own error page differ by the guard's frame. */
function visible({ status, headers, body }: ClientResponse): object {
  const { date: _, ...others } = headers;
  delete others['content-length'];
  return { status, headers: others, body: body.replace(/<br> &nbsp;.*/s, '') };
}

export async function answers(port: number, sent: readonly Sent[], agent: Agent): Promise<object[]> {
  const all: object[] = [];
  for (const { method, path: text } of sent)
    all.push(
      await request(port, text, { method, agent }).then(visible, (error: Error) => ({
        error: error.message,
      })),
    );
  return all;
}

export function startAgent(): Agent {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  return agent;
}

/** Any of the ways in which a function of the host's may end. */
export function anyFunction(): fc.Arbitrary<() => unknown> {
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

export function unitsOf(guard: Guard): number {
  return guard.report().scopes.reduce((sum, { units }) => sum + units, 0);
}

export function inFlightOf(guard: Guard): number {
  return guard.report().scopes.reduce((sum, { inFlight }) => sum + inFlight, 0);
}

export async function until(ready: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1000 && !ready(); turn++) await new Promise(setImmediate);
  expect(ready()).toBe(true);
}
