/** Rises from one floor to the next that are worth a floor which the usual budget has no room for. */
const LEAST_RISE_BYTES = 4 * 2 ** 20;
const LEAST_SHARE = 1 / 8;

/** What of an expected rise has to be there, or it was no rise. */
const CONFIRMED = 0.5;

/** A natural floor holds a job, and what it said may not be confirmed: the next doubt waits longer. */
const FIRST_WAIT_MS = 60_000;

/**
 * Live memory that rises so fast that floors within the usual budget would come too late: where jobs are cheap and keep
 * many small objects, each floor costs more than the jobs since the one before, and the isolate is out of memory before
 * there are enough of them. Each has to show that live memory rose by an eighth (4 MB at least), so that a heap that
 * settles takes a few and one that stays level none.
 */
export class SteepRise {
  #last: { jobs: number; liveBytes: number } | null = null;
  /** As of the last step that was steep, 0 if it was not. */
  #bytesPerJob = 0;
  #isHinted = false;
  #waitMs = FIRST_WAIT_MS;
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  /** What a natural major GC left. */
  natural(liveBytes: number): void {
    if (this.#last !== null && liveBytes >= this.#last.liveBytes + worth(this.#last.liveBytes))
      this.#isHinted = true;
  }

  /** Whether live memory may have risen by so much, as its natural floors or its last step say. */
  isLikely(jobs: number): boolean {
    if (this.#last === null) return false;
    return this.#isHinted || this.#expectedBytes(jobs) >= worth(this.#last.liveBytes);
  }

  /** Whether such a floor may be taken. */
  isAllowed(nowMs: number): boolean {
    return nowMs >= this.#notBeforeMs;
  }

  /** A floor was taken, for whatever reason. */
  took(jobs: number, liveBytes: number, nowMs: number): void {
    const last = this.#last;
    const wasLikely = this.isLikely(jobs);
    this.#last = { jobs, liveBytes };
    this.#isHinted = false;
    if (last === null) return;
    const rise = liveBytes - last.liveBytes;
    const isSteep = rise >= (wasLikely ? CONFIRMED : 1) * worth(last.liveBytes);
    this.#bytesPerJob = isSteep ? rise / Math.max(1, jobs - last.jobs) : 0;
    if (isSteep) this.#waitMs = FIRST_WAIT_MS;
    else if (wasLikely) {
      this.#notBeforeMs = nowMs + this.#waitMs;
      this.#waitMs *= 2;
    }
  }

  #expectedBytes(jobs: number): number {
    return this.#bytesPerJob * (jobs - this.#last!.jobs);
  }
}

function worth(liveBytes: number): number {
  return Math.max(LEAST_RISE_BYTES, LEAST_SHARE * liveBytes);
}
