import { describe, expect, it } from 'vitest';
import type { Isolate } from '../../src/pool/isolate.ts';
import { Replacement } from '../../src/pool/replacement.ts';

const isolate = {} as Isolate;

function replacements(outcomes: (Isolate | Error)[]) {
  const clock = { ms: 0 };
  const started: number[] = [];
  const failures: string[] = [];
  const ready: Isolate[] = [];
  const replacement = new Replacement({
    start: async () => {
      started.push(clock.ms);
      const outcome = outcomes.shift() ?? isolate;
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
    onReady: (one) => void ready.push(one),
    onFailure: (error) => void failures.push(error.message),
    nowMs: () => clock.ms,
  });
  return { replacement, clock, started, failures, ready };
}

describe('replacements', () => {
  it('start one at a time', async () => {
    const { replacement, started, ready } = replacements([]);
    replacement.ensure();
    replacement.ensure();
    await replacement.settled();
    expect(started).toHaveLength(1);
    expect(ready).toEqual([isolate]);
    replacement.ensure();
    await replacement.settled();
    expect(started).toHaveLength(2);
  });

  it('are waited for by one job only', async () => {
    const { replacement } = replacements([]);
    expect(replacement.claim()).toBeNull();
    replacement.ensure();
    const claim = replacement.claim();
    expect(replacement.claim()).toBeNull();
    expect(await claim).toBe(isolate);
    expect(replacement.claim()).toBeNull();
  });

  it('that fail are tried again after pauses that grow, to a minute at most', async () => {
    const errors = Array.from({ length: 8 }, (_, n) => new Error(`failure ${n}`));
    const { replacement, clock, started, failures } = replacements([...errors]);
    for (; clock.ms < 400_000; clock.ms += 500) {
      replacement.ensure();
      await replacement.settled();
      if (started.length <= 8) expect(replacement.isFailing).toBe(true);
      else break;
    }
    expect(failures).toHaveLength(8);
    const pauses = started.slice(1).map((ms, nth) => ms - started[nth]!);
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    expect(replacement.isFailing).toBe(false);
  });
});
