import { describe, expect, it } from 'vitest';
import { type PastRead, type ReadMoment, ReadSchedule } from '../../src/decide/read-schedule.ts';

const MINUTE = 60_000;
const MB = 1e6;
const OPTIONS = {
  maxOverhead: 0.01,
  maxPauseMs: 200,
  maxHeapForReadsBytes: 256 * MB,
  startMs: 1000,
  startUnits: 50,
};

function moment(change: Partial<ReadMoment> = {}): ReadMoment {
  return {
    ...{ pace: 'watch', nowMs: 1000 + 10 * MINUTE, units: 50 + 20_000, heapUsedBytes: 40 * MB },
    ...{ triggered: false, neededUnits: 2000, withoutGc: false },
    ...change,
  };
}

function past(change: Partial<PastRead> = {}): PastRead {
  return {
    ...{ nowMs: 1000 + 10 * MINUTE, units: 20_050, heapUsedBytes: 40 * MB },
    ...{ pauseMs: 20, forced: true, isOnDemand: false },
    ...change,
  };
}

/** A read with what it costs. */
type CostedRead = Partial<PastRead> & { chargeMs?: number };

/** What a schedule says after these reads. */
function why(
  at: Partial<ReadMoment>,
  reads: CostedRead[] = [],
  options: Partial<typeof OPTIONS> = {},
): string {
  const schedule = new ReadSchedule({ ...OPTIONS, ...options });
  for (const { chargeMs = 500, ...read } of reads) {
    schedule.noteRead(past(read));
    schedule.charge(chargeMs);
  }
  const { due, why } = schedule.decide(moment(at));
  return due ? `due: ${why}` : why;
}

describe('at watch', () => {
  it('a heartbeat is due after ten minutes and 20,000 units, not before both', () => {
    const quiet = 'nothing suspect, heartbeat not due';
    expect(why({})).toBe('due: heartbeat');
    expect(why({ nowMs: 999 + 10 * MINUTE })).toBe(quiet);
    expect(why({ units: 20_049 })).toBe(quiet);
    expect(why({ nowMs: 1000 + 19 * MINUTE, units: 90_000 }, [{}])).toBe(quiet);
    expect(why({ nowMs: 1000 + 20 * MINUTE, units: 40_050 }, [{}])).toBe('due: heartbeat');
  });

  it('a trigger permits a read as soon as it would tell something', () => {
    expect(why({ triggered: true, nowMs: 2000, units: 2050 })).toBe('due: trigger');
    expect(why({ triggered: true, nowMs: 2000, units: 2049 })).toBe('too few units since the last read');
    const later = { triggered: true, nowMs: 1000 + 11 * MINUTE, units: 30_000 };
    expect(why(later, [{}])).toBe('due: trigger');
    expect(why({ ...later, nowMs: later.nowMs - 1 }, [{}])).toBe('too soon after the last read');
  });

  it('a heartbeat does not wait for the units that a judgement would need', () => {
    expect(why({ neededUnits: 1e9 })).toBe('due: heartbeat');
  });
});

describe('the budget', () => {
  const unpaid = 'the last read is not yet paid for within maxOverhead';
  const after = (minutes: number) =>
    ({ pace: 'diagnose', nowMs: 1000 + minutes * MINUTE, units: 1e6 }) as const;

  it('a read has to be earned by the share of one core, on the wall', () => {
    // 1,200 ms at 1 % take two minutes.
    expect(why(after(11.9), [{ chargeMs: 1200 }])).toBe(unpaid);
    expect(why(after(12), [{ chargeMs: 1200 }])).toBe('due: diagnose');
    expect(why(after(11), [{ chargeMs: 1200 }], { maxOverhead: 0.02 })).toBe('due: diagnose');
  });

  it('what earlier reads still owe is added to what the last one costs', () => {
    const reads = [{ chargeMs: 1200 }, { chargeMs: 1200, nowMs: 1000 + 11 * MINUTE }];
    expect(why(after(13.9), reads)).toBe(unpaid);
    expect(why(after(14), reads)).toBe('due: diagnose');
  });

  it('what comes to a read while it is placed is owed as well', () => {
    const schedule = new ReadSchedule(OPTIONS);
    schedule.noteRead(past());
    schedule.charge(600);
    schedule.charge(600);
    expect(schedule.decide(moment(after(11.9)))).toEqual({ due: false, why: unpaid });
    expect(schedule.decide(moment(after(12))).due).toBe(true);
  });

  it('reads on demand keep it from its own for two minutes at most, however many and dear they are', () => {
    const demanded = Array(20).fill({ chargeMs: 5000, isOnDemand: true });
    expect(why(after(11.9), demanded)).toBe(unpaid);
    expect(why(after(12), demanded)).toBe('due: diagnose');
    expect(why(after(12), demanded, { maxOverhead: 0.02 })).toBe('due: diagnose');
    expect(why(after(11.9), demanded, { maxOverhead: 0.02 })).toBe(unpaid);
  });

  it('a cheap read on demand is owed what it costs, and takes nothing off what was owed before', () => {
    expect(why(after(11), [{ chargeMs: 100, isOnDemand: true }])).toBe('due: diagnose');
    const reads = [{ chargeMs: 3000 }, { chargeMs: 3000, isOnDemand: true }];
    expect(why(after(14.9), reads)).toBe(unpaid);
    expect(why(after(15), reads)).toBe('due: diagnose');
  });

  it('a read on demand is one of its own: the next is counted from it', () => {
    const demanded = [{ chargeMs: 1, isOnDemand: true }];
    expect(why({ ...after(11), units: 22_049 }, demanded)).toBe('too few units since the last read');
    expect(why({ ...after(11), units: 22_050 }, demanded)).toBe('due: diagnose');
  });

  it('time without reads is not saved up', () => {
    const reads = [{ nowMs: 1000 + 100 * MINUTE, chargeMs: 1200 }];
    expect(why(after(101.5), reads)).toBe(unpaid);
  });
});

describe('while something grows', () => {
  it('reads come each minute, given enough units', () => {
    const at = { pace: 'diagnose', nowMs: 1000 + 11 * MINUTE } as const;
    expect(why({ ...at, units: 22_050 }, [{}])).toBe('due: diagnose');
    expect(why({ ...at, units: 22_049 }, [{}])).toBe('too few units since the last read');
    expect(why({ ...at, units: 22_050, nowMs: at.nowMs - 1 }, [{}])).toBe('too soon after the last read');
  });
});

describe('at prove', () => {
  const prove = { pace: 'prove', neededUnits: 1e9 } as const;
  const end = past().nowMs;

  it('reads come each 1,000 units and take a fifth of the time, without a budget', () => {
    const reads = [{ pauseMs: 20, chargeMs: 1e9 }];
    expect(why({ ...prove, nowMs: end + 100, units: 21_050 }, reads)).toBe('due: prove');
    expect(why({ ...prove, nowMs: end + 99, units: 21_050 }, reads)).toBe('too soon after the last read');
    expect(why({ ...prove, nowMs: end + 100, units: 21_049 }, reads)).toBe(
      'too few units since the last read',
    );
    expect(why({ ...prove, nowMs: 1001, units: 1050 })).toBe('due: prove');
  });
});

describe('a large heap', () => {
  it('is not read above maxHeapForReads', () => {
    for (const pace of ['watch', 'diagnose', 'prove'] as const) {
      const large = { pace, triggered: true, heapUsedBytes: 257 * MB };
      expect(why(large, [], { maxPauseMs: 1e9 })).toBe('heap above maxHeapForReads');
      expect(why({ ...large, heapUsedBytes: 256 * MB }, [], { maxPauseMs: 1e9 })).toMatch(/^due/);
    }
  });

  it('is not read where the pause is expected to be too long, before the first read by what is usual', () => {
    expect(why({ triggered: true, heapUsedBytes: 140 * MB })).toBe('due: trigger');
    expect(why({ triggered: true, heapUsedBytes: 160 * MB })).toBe('expected pause above maxPause');
  });

  it('is read where earlier reads were quick for its size', () => {
    const quick = { pauseMs: 20, heapUsedBytes: 40 * MB };
    const at = { triggered: true, nowMs: 1000 + 60 * MINUTE, units: 1e6, heapUsedBytes: 240 * MB };
    expect(why(at, [quick])).toBe('due: trigger');
    expect(why({ ...at, heapUsedBytes: 120 * MB }, Array(3).fill({ ...quick, pauseMs: 80 }))).toBe(
      'expected pause above maxPause',
    );
  });

  it('is not given up for one pause that the machine made long', () => {
    const at = { triggered: true, nowMs: 1000 + 60 * MINUTE, units: 1e6 };
    const slow = { pauseMs: 2000, chargeMs: 500 };
    expect(why(at, [slow])).toBe('due: trigger');
    expect(why(at, [slow, slow, {}])).toBe('due: trigger');
    expect(why(at, [slow, slow, slow])).toBe('expected pause above maxPause');
  });

  it('does not matter to a read that forces no GC, nor does the pause of one', () => {
    const at = { triggered: true, heapUsedBytes: 1000 * MB, withoutGc: true };
    expect(why(at)).toBe('due: trigger');
    const later = { ...at, nowMs: 1000 + 60 * MINUTE, units: 1e6, heapUsedBytes: 200 * MB, withoutGc: false };
    expect(why(later, Array(3).fill({ pauseMs: 1, chargeMs: 1, forced: false }))).toBe(
      'expected pause above maxPause',
    );
  });
});
