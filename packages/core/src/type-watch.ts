import { type TallyCost, type TypeLimits, tallyRefusal } from './decide/type-budget.ts';
import { typeGrowth } from './decide/type-growth.ts';
import { LeakguardError } from './errors.ts';
import type { Runtime } from './internal-types.ts';
import type { TypeGrowth } from './site-types.ts';

/** Types by live count and by what they gained since the call before, within a budget; nothing runs unless it is asked. */
export class TypeWatch {
  readonly #runtime: Pick<Runtime, 'heapUsedBytes' | 'availableBytes' | 'tallyTypes'>;
  readonly #limits: TypeLimits;
  #counts: ReadonlyMap<string, number> | null = null;
  #last: TallyCost | null = null;

  constructor(runtime: Pick<Runtime, 'heapUsedBytes' | 'availableBytes' | 'tallyTypes'>, limits: TypeLimits) {
    this.#runtime = runtime;
    this.#limits = limits;
  }

  /** How long the last call stopped the program, milliseconds; 0 before the first. */
  get pauseMs(): number {
    return this.#last?.pauseMs ?? 0;
  }

  /**
   * Stops the program while it counts, see `TypeTally`.
   *
   * @throws LeakguardError `ERR_LEAKGUARD_BUDGET` with the figures where that would cost more than is allowed,
   *   `ERR_LEAKGUARD_TYPES` where types cannot be counted
   */
  growth(): TypeGrowth[] {
    const heapBytes = this.#runtime.heapUsedBytes();
    const availableBytes = this.#runtime.availableBytes();
    const refusal = tallyRefusal({ heapBytes, availableBytes, last: this.#last }, this.#limits);
    if (refusal !== null)
      throw new LeakguardError('ERR_LEAKGUARD_BUDGET', `leakguard: types are not counted: ${refusal}`);
    const { counts, objects, pauseMs } = this.#runtime.tallyTypes();
    const growth = typeGrowth(counts, this.#counts);
    this.#counts = counts;
    // Garbage costs nothing: by what was alive a heap that is full of it is expected to take too long rather than too short.
    this.#last = { heapBytes: Math.min(heapBytes, this.#runtime.heapUsedBytes()), objects, pauseMs };
    return growth;
  }
}
