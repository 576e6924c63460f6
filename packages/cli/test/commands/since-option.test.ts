import { expect, test } from 'vitest';
import { parseSince } from '../../src/commands/since-option.ts';
import { T0 } from '../log-fixture.ts';

test.each([
  ['2h', T0 - 7_200_000],
  ['90s', T0 - 90_000],
  ['1.5 d', T0 - 129_600_000],
  ['2026-11-22T13:00:00Z', T0 - 3_600_000],
  ['2026-11-22T14:00+01:00', T0 - 3_600_000],
  ['2026-11-22T13:00', T0 - 3_600_000],
  ['2026-11-22', T0 - 14 * 3_600_000],
])('%s', (value, expected) => {
  expect(parseSince(value, T0)).toBe(expected);
});

test.each(['', 'yesterday', '5', '-2h', '2 parsecs', '2026-13-45', '9'.repeat(50).concat('d')])(
  '%j is refused',
  (value) => {
    expect(() => parseSince(value, T0)).toThrow('Expected an ISO 8601 time');
  },
);
