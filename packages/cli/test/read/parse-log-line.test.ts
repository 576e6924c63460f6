import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ParsedLine, parseLogLine } from '../../src/read/parse-log-line.ts';
import { at, memoryLine, T0 } from '../log-fixture.ts';

function parse(value: unknown, ended = true): ParsedLine {
  return parseLogLine({ number: 1, text: typeof value === 'string' ? value : JSON.stringify(value), ended });
}

const ours = { v: 1, time: at(1), pid: 4 };

test('reads a line of the growth log', () => {
  const parsed = parse(memoryLine({ pid: 4, minute: 3, start: 1, scopes: [{ scope: 'GET /a', units: 5 }] }));
  expect(parsed).toMatchObject({
    type: 'event',
    event: { event: 'memory', time: T0 + 180_000, startMs: T0 + 60_000, pid: 4, unattributed: null },
  });
});

test("takes pino's numeric time and a carriage return", () => {
  const notice = JSON.stringify({ ...ours, time: T0, event: 'notice', level: 40, msg: 'x' });
  expect(parse(`${notice}\r`)).toMatchObject({
    type: 'event',
    event: { time: T0, notice: 'x', startMs: null },
  });
});

test.each([
  ['{"v":', true, { type: 'damaged', damage: 'not JSON' }],
  ['{"v":', false, { type: 'damaged', damage: 'unfinished last line' }],
  [
    { ...ours, event: 'memory', scopes: [{ scope: 'GET /a', units: -1, verdict: 'stable' }] },
    true,
    { type: 'damaged', damage: 'unexpected shape' },
  ],
  [
    { ...ours, event: 'memory', scopes: [{ scope: 'GET /a', units: 1, verdict: '\u001b[2J' }] },
    true,
    { type: 'damaged', damage: 'unexpected shape' },
  ],
  [{ ...ours, event: 'spike', scope: 'GET /a' }, true, { type: 'damaged', damage: 'unexpected shape' }],
  [{ ...ours, event: 'leak', time: 'yesterday' }, true, { type: 'damaged', damage: 'unexpected shape' }],
  [{ ...ours, event: 'fleet' }, true, { type: 'unknown', event: 'fleet' }],
  [{ ...ours, v: 2, event: 'memory' }, true, { type: 'newer' }],
  [{ v: 0, name: 'bunyan', msg: 'x', event: 'memory' }, true, { type: 'other' }],
  ['null', true, { type: 'other' }],
  [' \r', true, { type: 'empty' }],
])('%j is told apart (ended: %s)', (value, ended, expected) => {
  expect(parse(value, ended)).toEqual(expected);
});

test('no line throws', () => {
  const line = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .record({
        v: fc.constant(1),
        event: fc.constantFrom('memory', 'leak', 'spike', 'notice'),
        time: fc.anything(),
        scopes: fc.anything(),
        scope: fc.anything(),
        unattributed: fc.anything(),
        pid: fc.anything(),
        hostname: fc.anything(),
      })
      .map((value) => JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? null : inner))),
  );
  fc.assert(
    fc.property(line, (text) =>
      ['event', 'damaged', 'other', 'newer', 'unknown', 'empty'].includes(parse(text).type),
    ),
  );
});
