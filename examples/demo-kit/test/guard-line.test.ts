import { expect, test } from 'vitest';
import { isPeriodic, isRecycle, readableLine } from '../src/guard-line.ts';

test('a log line of the guard is shown by its message, any other line as it is', () => {
  expect(readableLine('server', '{"event":"leak","msg":"LEAKING  GET /cart"}')).toBe(
    'the guard logs: LEAKING  GET /cart',
  );
  expect(readableLine('server', '(node:1) Warning: something')).toBe('server: (node:1) Warning: something');
  expect(readableLine('server', 'null')).toBe('server: null');
});

test('only the periodic table is periodic', () => {
  expect(isPeriodic('{"event":"memory","msg":"memory"}')).toBe(true);
  expect(isPeriodic('{"event":"leak","msg":"LEAKING"}')).toBe(false);
  expect(isPeriodic('plain text')).toBe(false);
});

test('a recycled isolate is told from a leak', () => {
  expect(isRecycle('{"event":"recycle","msg":"RECYCLED"}')).toBe(true);
  expect(isRecycle('{"event":"leak","msg":"LEAKING"}')).toBe(false);
});
