import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LeakguardError } from '../../src/errors.ts';
import { AllocationSnapshot } from '../../src/report/allocation-snapshot.ts';
import { formatDifference, formatSnapshot } from '../../src/report/allocation-text.ts';
import { snapshotBody } from '../../src/report/snapshot-event.ts';
import { GROUPINGS } from '../../src/report/stack-groups.ts';
import { SnapshotBuffer } from '../../src/snapshot-buffer.ts';
import { faults, schema } from '../report/growth-log-schema.ts';
import { frame, ordinals, snapshotOf, stackOf } from '../report/snapshot-fixture.ts';

const WHOLE = snapshotOf(
  [
    stackOf([frame('load'), frame('handler', 'src/app.ts')], ordinals(1, 4), 'GET /'),
    stackOf([{ ...frame('set'), package: 'keyv@5.5.0' }], ordinals(9, 2)),
  ],
  { threadId: 2, counters: { Timeout: 3 } },
);
const LINE = schema('snapshot');

/** Either refused with a code of ours, or good for everything that a snapshot is for. */
function use(json: unknown): 'refused' | 'taken' {
  let snapshot: AllocationSnapshot;
  try {
    snapshot = AllocationSnapshot.from(json, 'a.json');
  } catch (error) {
    expect(error).toBeInstanceOf(LeakguardError);
    expect((error as LeakguardError).code).toMatch(/^ERR_LEAKGUARD_SNAPSHOT_(FORMAT|VERSION)$/);
    expect((error as LeakguardError).message).toMatch(/^leakguard: a\.json is /);
    return 'refused';
  }
  for (const groupBy of GROUPINGS) expect(formatSnapshot(snapshot, { groupBy })).not.toBe('');
  if (snapshot.unavailable === null) {
    for (const groupBy of GROUPINGS) formatDifference(snapshot, snapshot, { groupBy });
  }
  const buffer = new SnapshotBuffer({ now: () => 0 });
  buffer.add(snapshot);
  buffer.add(snapshot);
  buffer.topSites();
  snapshotBody(snapshot, { trigger: 'call', older: snapshot, file: null });
  expect(AllocationSnapshot.from(JSON.stringify(snapshot)).data).toEqual(snapshot.data);
  return 'taken';
}

/** Every place in a value: the keys that lead to it. */
function places(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key]))];
}

/** A copy with another value in one place, or without it. */
function changed(path: readonly string[], value: unknown): unknown {
  const copy = JSON.parse(JSON.stringify(WHOLE)) as Record<string, unknown>;
  if (path.length === 0) return value;
  const parent = path.slice(0, -1).reduce((inner, key) => inner[key] as Record<string, unknown>, copy);
  if (value === undefined) Reflect.deleteProperty(parent, path.at(-1)!);
  else parent[path.at(-1)!] = value;
  return copy;
}

const ANY = fc.oneof(
  fc.constantFrom(
    undefined,
    null,
    '',
    -1,
    0,
    1,
    1.5,
    1e308,
    'GET /',
    true,
    [],
    {},
    [null],
    [-1],
    [99],
    '__proto__',
  ),
  fc.jsonValue(),
);

it('takes what a snapshot gave, as text and parsed, and gives the same', () => {
  expect(use(JSON.stringify(WHOLE))).toBe('taken');
  expect(AllocationSnapshot.from(JSON.parse(JSON.stringify(WHOLE))).data).toEqual(WHOLE.data);
  const line = {
    v: 1,
    time: WHOLE.time,
    pid: 1,
    ...snapshotBody(WHOLE, { trigger: 'call', older: WHOLE, file: null }),
  };
  expect(faults(LINE, line)).toEqual([]);
});

it('refuses or takes a snapshot with any one place changed, and never fails in another way', () => {
  const all = places(JSON.parse(JSON.stringify(WHOLE)));
  fc.assert(
    fc.property(fc.constantFrom(...all), ANY, (path, value) => void use(changed(path, value))),
    { numRuns: 3000 },
  );
});

it('refuses any text and any JSON that is no snapshot', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => use(text) === 'refused'),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withMap: true }), (value) => use(value) === 'refused'),
  );
});

it('refuses a file that was cut anywhere', () => {
  const text = JSON.stringify(WHOLE);
  for (let length = 0; length < text.length; length++) expect(use(text.slice(0, length))).toBe('refused');
});

it('says which version a later snapshot is of, and where a damaged one is wrong', () => {
  const message = (json: unknown) => {
    try {
      AllocationSnapshot.from(json, 'a.json');
    } catch (error) {
      return (error as LeakguardError).message;
    }
    return '';
  };
  expect(message({ ...WHOLE.data, v: 2 })).toBe(
    'leakguard: a.json is a snapshot of version 2, this leakguard reads version 1; use the one that wrote it',
  );
  expect(message({ v: 1, event: 'growth' })).toContain("its kind is not 'leakguard.allocations'");
  expect(message(changed(['stacks', '0', 'stack', '1'], 99))).toContain(
    'snapshot.stacks[0].stack[1] must be a whole number from 0 to 2',
  );
  expect(message('{"v":')).toContain('it is not JSON');
});
