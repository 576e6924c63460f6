import type { SampledBytes } from './sampled-size.ts';
import type { SurvivalJudgement } from './survival-judgement.ts';
import type { Survivor } from './survival-read.ts';

/** What samples gained less what died of them, and how many of the gained there are. */
export interface NetAmount extends SampledBytes {
  gained: number;
}

const NOTHING: NetAmount = { bytes: 0, variance: 0, gained: 0 };

/** Net amounts of all scopes, in one pass over the samples: there are tens of thousands, and hundreds of scopes. */
export class NetAmounts {
  readonly #own = new Map<number, NetAmount>();
  readonly #sets = new Map<number, NetAmount>();

  constructor({ gained, died }: Pick<SurvivalJudgement, 'gained' | 'died'>) {
    for (const sample of gained) this.#add(sample, 1);
    for (const sample of died) this.#add(sample, -1);
  }

  /** Samples that belong to this scope and no other. */
  own(slot: number): NetAmount {
    return this.#own.get(slot) ?? NOTHING;
  }

  /** Samples that belong to one of several scopes, this one among them. */
  sets(slot: number): NetAmount {
    return this.#sets.get(slot) ?? NOTHING;
  }

  /** Both. */
  possible(slot: number): NetAmount {
    const [own, sets] = [this.own(slot), this.sets(slot)];
    return {
      bytes: own.bytes + sets.bytes,
      variance: own.variance + sets.variance,
      gained: own.gained + sets.gained,
    };
  }

  #add({ slots, bytes }: Survivor, sign: 1 | -1): void {
    const sums = slots.length === 1 ? this.#own : this.#sets;
    for (const slot of slots) {
      let sum = sums.get(slot);
      if (sum === undefined) {
        sum = { bytes: 0, variance: 0, gained: 0 };
        sums.set(slot, sum);
      }
      sum.bytes += sign * bytes;
      sum.variance += bytes ** 2;
      if (sign > 0) sum.gained += 1;
    }
  }
}
