/** Weight of the newest reading in a mean that follows changes. */
const WEIGHT = 0.2;

/** How many jobs before its limit an isolate's replacement must start to be ready in time: boot time over time per job. */
export class BootLead {
  #bootMs: number | null = null;
  #jobMs: number | null = null;

  noteBoot(ms: number): void {
    this.#bootMs = mean(this.#bootMs, ms);
  }

  noteJob(ms: number): void {
    this.#jobMs = mean(this.#jobMs, ms);
  }

  /** Jobs, at least 1 and at most half of the limit: started any earlier, a spare would only wait. */
  jobs(limit: number): number {
    if (this.#bootMs === null || this.#jobMs === null) return 1;
    const lead = Math.ceil(this.#bootMs / Math.max(this.#jobMs, 0.01));
    return Math.max(1, Math.min(lead, Math.floor(limit / 2)));
  }
}

function mean(before: number | null, reading: number): number {
  return before === null ? reading : before + WEIGHT * (reading - before);
}
