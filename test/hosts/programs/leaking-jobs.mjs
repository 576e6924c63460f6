import { setImmediate } from 'node:timers/promises';

const BATCHES = 50;

/**
 * Runs honest jobs and jobs of the name given, which keep 4 KB each, in shares that vary; the guard looks after every batch.
 *
 * @param {import('@leakguard/core').Guard} guard
 * @param {string} leaking
 * @returns {Promise<import('@leakguard/core').GrowthReport>}
 */
export async function leakJobs(guard, leaking) {
  const kept = [];
  for (let batch = 0; batch < BATCHES; batch += 1) {
    for (let n = 60 + ((batch * 37) % 200); n > 0; n -= 1) {
      const unit = guard.begin();
      kept.push(Array.from({ length: 500 }, () => n));
      unit.end(guard.scope('job', leaking));
    }
    for (let n = 60 + ((batch * 71) % 190); n > 0; n -= 1) guard.begin().end(guard.scope('job', 'honest'));
    await setImmediate();
    await guard.analyze();
  }
  return guard.report();
}

/** What a test needs to know of a report. */
export function summary(report) {
  const grown = report.scopes.filter(({ verdict }) => verdict !== 'stable').map(({ scope }) => scope);
  const scopes = report.scopes.map(({ scope }) => scope).sort();
  return {
    grown,
    scopes,
    heapLimitBytes: report.memory.heapLimitBytes,
    floorBytes: report.memory.floorBytes,
  };
}
