import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cases, FUZZ_SEED, fc } from '../../../../test/fuzz/fast-check.ts';
import { anyText, anyValue, type Hostile, hostile, TEN_MB } from '../../../../test/fuzz/hostile-values.ts';
import { LeakguardError } from '../../src/errors.ts';
import { guardOn } from '../../src/guard.ts';
import { getGuard } from '../../src/shared-guard.ts';
import type { Guard, GuardOptions } from '../../src/types.ts';
import { FakeRuntime } from '../fake-runtime.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };
const folder = mkdtempSync(join(tmpdir(), 'leakguard-fuzz-'));
const home = process.cwd();

// What looks like a path is one: any file that a guard begins shall be here.
beforeEach(() => {
  process.chdir(folder);
  vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
});
afterEach(() => {
  process.chdir(home);
  vi.restoreAllMocks();
});
afterAll(() => rmSync(folder, { recursive: true }));

function hostileLogger(): object {
  const get = (): never => {
    throw new Error('of the host');
  };
  return Object.defineProperty({ ...silent }, 'warn', { get, enumerable: true });
}

/** Values near the edges of what each option allows. */
const EDGES: Record<string, readonly unknown[]> = {
  level: ['auto', 'prove', 'PROVE', ['auto']],
  enabled: [true, false, 1],
  minBytesPerUnit: [0, 128, '2KB', ' 1.5 mb ', '1e3', '-1', `1${' '.repeat(1e6)}x`, '9'.repeat(400), 1e308],
  minTotalBytes: [0, '1MB', '١KB', '0x10', Number.MIN_VALUE],
  spikeThreshold: ['1MB', '1 MB MB', '.5MB', '1.MB', 5e-324],
  reportInterval: [1000, 999.99, 86_400_000, 86_400_001, '1000'],
  maxScopes: [1, 0, 10_000, 10_001, 1.5, '5'],
  maxOverhead: [0.0001, 1, 1.0001],
  idleGc: [true, 'true'],
  logger: [null, silent, console, { info: 1 }, () => undefined, hostileLogger()],
  logGrowth: ['always', 'when-growing', false, true, 'never'],
  logFile: ['a.ndjson', 'a/', 'a\0b', '\ud800', 'x'.repeat(5000), '', '.', '..'],
  ignore: [() => true, 'x', /x/],
};
const NAMES = Object.keys(EDGES);

function valueFor(name: string): fc.Arbitrary<Hostile> {
  const edges = EDGES[name]!.map((value, index) => hostile(`${name} edge ${index}`, value));
  return fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...edges) }, { weight: 2, arbitrary: anyValue() });
}

const knownField = fc
  .constantFrom(...NAMES)
  .chain((name) => valueFor(name).map((value) => [name, value] as const));
const unknownField = fc.tuple(
  fc.oneof(anyText(), fc.constantFrom('levle', TEN_MB)).filter((name) => !NAMES.includes(name)),
  anyValue(),
);

/** Options, plain or with getters that throw, and the names of the fields in them. */
interface Asked {
  options: unknown;
  names: string[];
}

function asked(fields: readonly (readonly [string, Hostile])[], throwing: string | null): Asked {
  const options = {};
  for (const [name, { value }] of fields)
    Object.defineProperty(options, name, { value, enumerable: true, configurable: true, writable: true });
  if (throwing !== null)
    Object.defineProperty(options, throwing, {
      get: () => {
        throw new Error('getter');
      },
      enumerable: true,
    });
  return { options, names: [...Object.keys(options), 'options'] };
}

const anyOptions: fc.Arbitrary<Asked> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .tuple(
        fc.array(fc.oneof({ weight: 9, arbitrary: knownField }, unknownField), { maxLength: 2 }),
        fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, fc.constantFrom(...NAMES)),
      )
      .map(([fields, throwing]) => asked(fields, throwing)),
  },
  anyValue().map(({ value }) => ({ options: value, names: ['options', ...ownKeys(value)] })),
);

function ownKeys(value: unknown): string[] {
  try {
    return Object.keys(value as object);
  } catch {
    return [];
  }
}

/** What making it threw, which may be nothing but the one error. */
function refusal(make: () => Guard, names: readonly string[]): boolean {
  try {
    void make().close();
    return false;
  } catch (error) {
    expect(error).toBeInstanceOf(LeakguardError);
    const { code, message } = error as LeakguardError;
    expect(code).toBe('ERR_LEAKGUARD_OPTION');
    expect(message.length).toBeLessThan(2000);
    expect(names.filter((name) => message.includes(`: ${name.slice(0, 100)}`))).not.toEqual([]);
    return true;
  }
}

/** The same, switched on under a test runner and without what would print to its terminal, where that can be said. */
function live(options: unknown): GuardOptions {
  try {
    const isPlain = Object.getPrototypeOf(options) === Object.prototype;
    if (isPlain)
      for (const [name, value] of Object.entries({ enabled: true, logger: silent }))
        if (!Object.hasOwn(options as object, name)) Object.assign(options as object, { [name]: value });
  } catch {
    // It stays as it is.
  }
  return options as GuardOptions;
}

describe(`options of any kind (seed ${FUZZ_SEED})`, () => {
  it('work or are refused by name in a short message, and a refused guard has started nothing', () => {
    fc.assert(
      fc.property(anyOptions, ({ options, names }) => {
        const runtime = new FakeRuntime();
        refusal(() => guardOn(runtime, live(options)), names);
        expect([runtime.watching, runtime.timers.size]).toEqual([0, 0]);
      }),
      cases(400),
    );
  });

  it('are refused by the shared guard as by one of its own, and leave no shared guard behind', () => {
    fc.assert(
      fc.property(anyOptions, ({ options, names }) => {
        const isRefused = refusal(() => guardOn(new FakeRuntime(), live(options)), names);
        expect(refusal(() => getGuard(live(options)), names)).toBe(isRefused);
        expect(Object.getOwnPropertySymbols(globalThis)).not.toContain(Symbol.for('leakguard.shared-guard'));
      }),
      cases(200),
    );
  });
});
