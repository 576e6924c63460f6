export interface TurnQueueHooks {
  /** Monotonic milliseconds. */
  now(): number;
  /** Calls back in a later turn of the event loop. @param isAwaited it holds the process until then */
  nextTurn(run: () => void, isAwaited: boolean): void;
  /** Does work that must not throw into the host. */
  contained(work: () => void): void;
}

/** One piece of work. */
export interface TurnWork {
  /** Each step does a little of it, in later turns; one that throws ends it. Null where there is nothing to do but `run`. */
  steps: Iterator<unknown> | null;
  /** What comes after it; must not throw, and runs also when nothing else does any more. */
  run: () => void;
  /** Does what of it is done in one turn, which must not throw into the host. @default the queue's `contained` */
  turn?: (work: () => void) => void;
  /** Somebody waits for it: the process does not end before. Other work ends with the process. @default false */
  isAwaited?: boolean;
}

/** Steps are done one after the other in a turn until it has taken so long; most take less, so that few turns are needed. */
const TURN_MS = 10;

/**
 * Work in steps, some per turn of the event loop, as all of it together would stop a program for longer than anybody wants to wait.
 * What is added first is finished first.
 */
export class TurnQueue {
  readonly #hooks: TurnQueueHooks;
  readonly #waiting: TurnWork[] = [];
  /** Of the turns that were asked for; only the last one counts. */
  #turns = 0;
  #state: 'idle' | 'later' | 'working' = 'idle';

  constructor(hooks: TurnQueueHooks) {
    this.#hooks = hooks;
  }

  /** The first step comes a turn later: whoever adds work has stopped the program by now. What has no steps runs at once if nothing waits. */
  add(work: TurnWork): void {
    this.#waiting.push(work);
    if (this.#state === 'idle') {
      if (work.steps === null) this.#go();
      else this.#later();
    }
    // The turn that is to come may not hold the process; one that does takes its place.
    else if (this.#state === 'later' && work.isAwaited === true) this.#later();
  }

  /** No step is done any more: what waits runs now. */
  stop(): void {
    for (const { run } of this.#waiting.splice(0)) run();
  }

  #later(): void {
    this.#state = 'later';
    this.#turns += 1;
    const turn = this.#turns;
    const isAwaited = this.#waiting.some((work) => work.isAwaited === true);
    this.#hooks.nextTurn(() => {
      if (turn === this.#turns) this.#go();
    }, isAwaited);
  }

  #go(): void {
    this.#state = 'working';
    const untilMs = this.#hooks.now() + TURN_MS;
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (this.#hasMore(first, untilMs)) {
        this.#later();
        return;
      }
      if (this.#waiting[0] !== first) continue;
      this.#waiting.shift();
      first.run();
    }
    this.#state = 'idle';
  }

  /** Does steps until the turn is over. */
  #hasMore({ steps, turn = this.#hooks.contained }: TurnWork, untilMs: number): boolean {
    if (steps === null) return false;
    let hasMore = false;
    turn(() => {
      do {
        // It stays so where the step throws.
        hasMore = false;
        hasMore = steps.next().done !== true;
      } while (hasMore && this.#hooks.now() < untilMs);
    });
    return hasMore;
  }
}
