import fc from 'fast-check';
import { vi } from 'vitest';

/** Fixed, so that the gate says the same each time; `FUZZ_SEED=7` draws other cases. */
export const FUZZ_SEED = Number(process.env.FUZZ_SEED ?? 20_261_122);
/** `FUZZ_RUNS=20` draws twenty times as many. */
const FACTOR = Number(process.env.FUZZ_RUNS ?? 1);

fc.configureGlobal({ seed: FUZZ_SEED });
vi.setConfig({ testTimeout: 60_000 * Math.max(1, FACTOR) });

/** How many cases a property draws, of those that the gate can afford for it. */
export function cases(inGate: number): { numRuns: number } {
  return { numRuns: Math.ceil(inGate * FACTOR) };
}

export { default as fc } from 'fast-check';
