import type { Runtime } from './internal-types.ts';
import type { CostMeter } from './measure/cost-meter.ts';
import { type ScopeSpike, UnitDelta } from './measure/unit-delta.ts';
import type { ResolvedOptions } from './options.ts';

/** Reads sampled lone units on the runtime's clock and memory, and tells of a spike when its GCs are known. */
export class SpikeWatch {
  /** Gets every spike that is due a line, outside of any unit; must not throw. */
  onSpike: (spike: ScopeSpike) => void = () => undefined;
  readonly #deltas: UnitDelta;
  readonly #runtime: Runtime;

  constructor(options: ResolvedOptions, runtime: Runtime, meter: CostMeter) {
    this.#runtime = runtime;
    this.#deltas = new UnitDelta({
      thresholdBytes: options.spikeThreshold,
      intervalMs: options.reportInterval,
      oneIn: () => meter.timedOneIn,
      now: () => runtime.now(),
      random: () => runtime.random(),
      heapUsedBytes: () => runtime.heapUsedBytes(),
      onCost: (ms) => meter.charge(ms),
    });
  }

  /** A unit began alone; true if it is read. */
  begin(): boolean {
    return this.#deltas.begin();
  }

  /** The unit that was read ended, alone all the time. */
  end(slot: number): void {
    if (this.#deltas.end(slot)) this.#runtime.afterGcsKnown(() => this.#settle());
  }

  /** A GC of any kind that frees became known. */
  gc(startMs: number, endMs: number): void {
    this.#deltas.gc(startMs, endMs);
  }

  /** Another scope has this slot from now on. */
  forget(slot: number): void {
    this.#deltas.forget(slot);
  }

  nextInterval(): void {
    this.#deltas.nextInterval();
  }

  #settle(): void {
    const spike = this.#deltas.settle();
    if (spike !== null) this.onSpike(spike);
  }
}
