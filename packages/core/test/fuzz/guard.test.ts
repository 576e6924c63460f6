import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cases, FUZZ_SEED, fc } from '../../../../test/fuzz/fast-check.ts';
import { formatReport } from '../../src/report/leak-text.ts';
import type { GuardOptions } from '../../src/types.ts';
import { faults, schema } from '../report/growth-log-schema.ts';
import { anySteps, emptyModel, type GuardModel, type RealGuard, realGuard } from './guard-model.ts';

const anyLine = schema('growth-log');
/** All but the line feed, which `formatReport` makes itself. */
const CONTROL = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;

const anyOptions: fc.Arbitrary<GuardOptions> = fc.record({
  maxScopes: fc.constantFrom(1, 2, 5, 500),
  level: fc.constantFrom<('auto' | 'prove')[]>('auto', 'prove'),
  logGrowth: fc.constantFrom<('always' | 'when-growing' | false)[]>('always', 'when-growing', false),
  ignore: fc.constantFrom(
    () => false,
    (name: string) => name.length % 3 === 0,
    () => {
      throw new Error('ignore');
    },
  ),
  spikeThreshold: fc.constantFrom(0, '1MB'),
});

/** Runs the steps on a guard of its own and gives it to the check. */
function withGuard(options: GuardOptions, check: (real: RealGuard) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'leakguard-fuzz-'));
  try {
    const real = realGuard(options, folder);
    check(real);
    void real.guard.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function countsNothingWrong({ guard }: RealGuard, model: GuardModel): void {
  const { scopes, evidence } = guard.report();
  const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
  expect(sum(scopes.map(({ units }) => units)) + evidence.evicted.units).toBe(model.finished);
  expect(Math.min(0, ...scopes.map(({ inFlight }) => inFlight))).toBe(0);
  const inFlight = model.units.filter(({ entered, ended }) => entered !== null && !ended);
  expect(sum(scopes.map((scope) => scope.inFlight))).toBe(inFlight.length);
  if (evidence.evicted.scopes > 0) return;
  const counts = [...model.given].map((id) => {
    const units = model.finishedById.get(id) ?? 0;
    return `${units} finished, ${inFlight.filter(({ entered }) => entered === id).length} in flight`;
  });
  const told = scopes.map((scope) => `${scope.units} finished, ${scope.inFlight} in flight`);
  expect(told.sort()).toEqual(counts.sort());
}

function tellsPlainly({ guard, linesOf, messages }: RealGuard): void {
  const report = guard.report();
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  expect(formatReport(report).replaceAll('\n', '')).not.toMatch(CONTROL);
  expect(messages.join('')).not.toMatch(CONTROL);
  const lines = linesOf();
  expect(lines.pop()).toBe('');
  for (const line of lines) {
    const value = JSON.parse(line);
    expect(JSON.stringify(value)).toBe(line);
    expect(faults(anyLine, value)).toEqual([]);
  }
}

describe(`a guard under any calls (seed ${FUZZ_SEED})`, () => {
  it('throws nothing, loses no unit, and tells only what is valid and printable', () => {
    fc.assert(
      fc.property(anyOptions, anySteps, (options, steps) =>
        withGuard(options, (real) => {
          const model = emptyModel();
          fc.modelRun(() => ({ model, real }), steps);
          countsNothingWrong(real, model);
          void real.guard.close();
          tellsPlainly(real);
        }),
      ),
      cases(15),
    );
  });
});
