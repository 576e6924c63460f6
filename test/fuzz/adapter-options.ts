import { createGuard, LeakguardError } from '@leakguard/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cases, FUZZ_SEED, fc } from './fast-check.ts';
import { anyText, anyValue, type Hostile, hostile, TEN_MB, trickyValue } from './hostile-values.ts';

/** An adapter's middleware factory. */
type LeakGuard = (options: never) => { guard: { close?(): unknown } };

const OWN = ['scope', 'guard'];
const guard = createGuard({ enabled: false });

const anyScope = fc.oneof(fc.constant(hostile('a function', () => undefined)), anyValue());
const anyGuard = fc.oneof(
  fc.constant(hostile('a guard', guard)),
  fc.constant(hostile('half a guard', { begin: () => undefined })),
  trickyValue(),
  anyValue(),
);
const anyField: fc.Arbitrary<readonly [string, Hostile]> = fc.oneof(
  fc.tuple(fc.constant('scope'), anyScope),
  fc.tuple(fc.constant('guard'), anyGuard),
  fc.tuple(fc.constantFrom('level', 'ignore', 'logger', 'maxScopes', 'minTotalBytes'), anyValue()),
  fc.tuple(fc.oneof(anyText(), fc.constant(TEN_MB)), anyValue()),
);

function optionsOf(fields: readonly (readonly [string, Hostile])[]): object {
  const options = { enabled: false };
  for (const [name, { value }] of fields)
    Object.defineProperty(options, name, { value, enumerable: true, configurable: true, writable: true });
  return fields.some(([name]) => name === 'guard') ? without(options, 'enabled') : options;
}

function without(options: object, name: string): object {
  return Object.fromEntries(Object.entries(options).filter(([key]) => key !== name));
}

/** The field throws when it is read. */
function throwing(options: object, name: string): object {
  return Object.defineProperty({ ...options }, name, {
    get: () => {
      throw new Error('getter');
    },
    enumerable: true,
  });
}

function isWorkingOrRefused(leakGuard: LeakGuard, options: unknown, names: readonly string[]): void {
  try {
    const middleware = leakGuard(options as never);
    void middleware.guard.close?.();
  } catch (error) {
    expect(error).toBeInstanceOf(LeakguardError);
    const { code, message } = error as LeakguardError;
    expect(code).toBe('ERR_LEAKGUARD_OPTION');
    expect(message.length).toBeLessThan(2000);
    expect(names.filter((name) => message.includes(`: ${name.slice(0, 100)}`))).not.toEqual([]);
  }
}

/** What every adapter's `leakGuard` does with options of any kind. */
export function describeAnyOptions(leakGuard: LeakGuard): void {
  beforeEach(() => void vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined));
  afterEach(() => void vi.restoreAllMocks());

  describe(`leakGuard with options of any kind (seed ${FUZZ_SEED})`, () => {
    it('works or refuses them by name in a short message', () => {
      fc.assert(
        fc.property(
          fc.array(anyField, { maxLength: 3 }),
          fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, fc.constantFrom(...OWN)),
          (fields, name) => {
            const options = name === null ? optionsOf(fields) : throwing(optionsOf(fields), name);
            isWorkingOrRefused(leakGuard, options, Object.keys(options));
          },
        ),
        cases(200),
      );
    });

    it('works or refuses what is given in place of options', () => {
      fc.assert(
        fc.property(anyValue(), ({ value }) => {
          const isObject = typeof value === 'object' && value !== null;
          isWorkingOrRefused(leakGuard, value, ['options', ...(isObject ? fieldNames(value) : [])]);
        }),
        cases(100),
      );
    });
  });
}

function fieldNames(value: object): string[] {
  try {
    return Object.keys(value);
  } catch {
    return [];
  }
}
