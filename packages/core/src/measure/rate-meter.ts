/** Units per second over the recent past, per scope, from counts that are marked now and then. */
export class RateMeter {
  #older: { timeMs: number; units: Float64Array } | null = null;
  #newer: { timeMs: number; units: Float64Array } | null = null;

  /** Notes the present counts; called once per report interval. */
  mark(timeMs: number, units: Float64Array): void {
    this.#older = this.#newer;
    this.#newer = { timeMs, units };
  }

  /** From now on this scope has finished nothing so far. */
  forget(scope: number): void {
    for (const mark of [this.#older, this.#newer])
      if (mark !== null && scope < mark.units.length) mark.units[scope] = 0;
  }

  /** @returns units per second since the mark before last (between one and two intervals back), else since the start */
  perSecond(scope: number, units: number, timeMs: number, startMs: number): number {
    const since = this.#older ?? this.#newer;
    const elapsedMs = timeMs - (since?.timeMs ?? startMs);
    if (elapsedMs <= 0) return 0;
    return ((units - (since?.units[scope] ?? 0)) * 1000) / elapsedMs;
  }
}
