import { expect, test } from 'vitest';
import { LogMerger } from '../../src/merge/log-merger.ts';
import { parseLogLine } from '../../src/read/parse-log-line.ts';
import { at, memoryLine, scopeFields } from '../log-fixture.ts';

interface Turn {
  minute: number;
  units: number;
  turn?: number;
}

function line({ minute, ...scope }: Turn): object {
  return memoryLine({ minute, scopes: [{ scope: 'GET /a', ...scope }] });
}

function verdict({ minute, ...scope }: Turn): object {
  const fields = scopeFields({ scope: 'GET /a', verdict: 'growing', ...scope });
  return { v: 1, time: at(minute), event: 'growth', pid: 1, ...fields };
}

function merged(...lines: object[]) {
  const merger = new LogMerger(null);
  for (const [index, fields] of lines.entries())
    merger.add(
      parseLogLine({ number: index + 1, text: JSON.stringify(fields), ended: true }),
      'a',
      index + 1,
    );
  const { scopes, processes } = merger.report();
  return { units: scopes[0]!.units, processes };
}

test('more units after the place was lost than before it add to those before', () => {
  const turns = [
    line({ minute: 1, units: 100, turn: 0 }),
    line({ minute: 2, units: 300, turn: 1 }),
    line({ minute: 3, units: 310, turn: 1 }),
  ];
  expect(merged(...turns)).toEqual({ units: 410, processes: 1 });
});

test('fewer units in a verdict after the place was lost are no restart', () => {
  const turns = [
    line({ minute: 1, units: 100, turn: 0 }),
    verdict({ minute: 1.5, units: 20, turn: 2 }),
    line({ minute: 2, units: 30, turn: 2 }),
  ];
  expect(merged(...turns)).toEqual({ units: 130, processes: 1 });
});

test('fewer units without a turn count as before: a later line of the same process goes on', () => {
  expect(merged(line({ minute: 1, units: 100 }), line({ minute: 2, units: 30 }))).toEqual({
    units: 130,
    processes: 1,
  });
});
