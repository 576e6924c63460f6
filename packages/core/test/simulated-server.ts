import { guardOn } from '../src/guard.ts';
import type { ProfiledFunction } from '../src/internal-types.ts';
import type { GuardOptions, Level } from '../src/types.ts';
import { normal, seededRandom } from './attribute/generated-rows.ts';
import { FakeRuntime } from './fake-runtime.ts';

/** Shares of the routes of a simulated server. */
const SHARES = [0.3, 0.22, 0.16, 0.12, 0.1, 0.06, 0.04];

/** What units of a server keep: `route` null for every unit. `life` in milliseconds or in units of the route. */
export interface SimulatedKeep {
  route: number | null;
  bytes: number;
  /** For how long; without it for ever. */
  lifeMs?: (random: () => number) => number;
  /** Kept for so many further units that keep (an LRU of that many entries). */
  entries?: number;
  /** Share of its samples below the handler; the rest where only helpers of several routes are, or in a middleware. */
  below: number;
  place: 'nowhere' | 'middleware';
}

export interface SimulatedRun {
  seed: number;
  level: Level;
  hours: number;
  /** Units per second at a second of the run. */
  rate: (second: number) => number;
  keeps: readonly SimulatedKeep[];
  /** Seconds between natural major GCs. */
  gcSeconds?: number;
  options?: GuardOptions;
}

/** What was told: minute, event and whom it was about. */
export interface SimulatedEvent {
  minute: number;
  event: 'growth' | 'leak' | 'cleared';
  who: string;
}

interface Kept {
  keep: SimulatedKeep;
  untilMs: number;
  untilEntry: number;
}

interface Sampled extends Kept {
  ordinal: number;
  stack: number;
}

const at = (name: string, line: number, url = 'file:///srv/app.js', scriptId = 9): ProfiledFunction => ({
  ...{ name, scriptId, url, line, column: 3 },
});
const HANDLERS = SHARES.map((_, route) => at(`handler${route}`, 10 + route));
const DISPATCHER = at('handle', 5, 'file:///srv/node_modules/router/index.js', 8);
const FUNCTIONS = [...HANDLERS, at('keep', 99), at('audit', 120), DISPATCHER];
const [KEEP, AUDIT, HANDLE] = [SHARES.length, SHARES.length + 1, SHARES.length + 2];
const BELOW = SHARES.map((_, route) => [KEEP, route]);
const STACKS = [...BELOW, [KEEP], [AUDIT, HANDLE]];
const [NOWHERE, MIDDLEWARE] = [SHARES.length, SHARES.length + 1];
const WARM_UP_BYTES = 800_000;
const CHURN_BYTES = 50_000;
const MIX_SECONDS = 5;

/**
 * A whole guard over a simulated server: routes in a changing mix, floors with noise and warm-up, and a profiler that samples what
 * is kept as V8's does, by the byte.
 */
export class SimulatedServer {
  readonly runtime = new FakeRuntime();
  readonly events: SimulatedEvent[] = [];
  readonly guard: ReturnType<typeof guardOn>;
  readonly #run: SimulatedRun;
  readonly #random: () => number;
  readonly #scopes;
  readonly #handlers: (() => void)[];
  readonly #interval: number;
  #kept: Kept[] = [];
  #samples: Sampled[] = [];
  #entries = new Map<SimulatedKeep, number>();
  #ordinal = 0;
  #units = 0;
  #walk = 0;
  #weights: number[] = [...SHARES];

  constructor(run: SimulatedRun) {
    this.#run = run;
    this.#random = seededRandom(run.seed);
    this.#interval = run.level === 'prove' ? 16_384 : 65_536;
    const tell = (_: object, message?: string): void => this.#note(message ?? '');
    const logger = { info: tell, warn: tell, error: tell };
    this.guard = guardOn(this.runtime, {
      enabled: true,
      level: run.level,
      control: false,
      logger,
      ...run.options,
    });
    this.#scopes = SHARES.map((_, route) => this.guard.scope('route', `GET /${route}`));
    this.#handlers = SHARES.map((_, route) => {
      const handler = (): void => undefined;
      this.runtime.sampler.located.set(handler, HANDLERS[route]!);
      return handler;
    });
  }

  /** Runs to the end. */
  run(): this {
    const { hours, gcSeconds = 60, level } = this.#run;
    const stepSeconds = level === 'prove' ? 0.25 : 5;
    for (let step = 0; step * stepSeconds < hours * 3600; step++) {
      const second = step * stepSeconds;
      if (second % MIX_SECONDS === 0) this.#redraw();
      this.#step(second, stepSeconds);
      if (level !== 'prove' && second % gcSeconds === 0) this.runtime.majorGc();
    }
    return this;
  }

  #step(second: number, seconds: number): void {
    const { runtime } = this;
    const units = Math.round(this.#run.rate(second) * seconds * (0.85 + 0.3 * this.#random()));
    for (let unit = 0; unit < units; unit++) this.#unit();
    this.#expire();
    runtime.heapBytes = this.#heapBytes();
    runtime.sampler.next = {
      functions: FUNCTIONS,
      stacks: STACKS,
      samples: this.#samples.map(({ ordinal, stack }) => ({ ordinal, bytes: this.#interval, stack })),
    };
    runtime.cpuMs += 300 * seconds;
    runtime.pass(1000 * seconds);
  }

  #unit(): void {
    const route = this.#draw();
    const unit = this.guard.begin();
    this.#units += 1;
    this.#ordinal += CHURN_BYTES / this.#interval;
    for (const keep of this.#run.keeps)
      if (keep.route === null || keep.route === route) this.#keep(keep, route);
    unit.end(this.#scopes[route]!, { handlers: [this.#handlers[route]!] });
  }

  #keep(keep: SimulatedKeep, route: number): void {
    const count = (this.#entries.get(keep) ?? 0) + 1;
    this.#entries.set(keep, count);
    const untilMs = this.runtime.nowMs + (keep.lifeMs?.(this.#random) ?? Number.POSITIVE_INFINITY);
    const kept = { keep, untilMs, untilEntry: count + (keep.entries ?? Number.POSITIVE_INFINITY) };
    this.#kept.push(kept);
    if (!this.runtime.sampler.isRunning || this.#random() >= keep.bytes / this.#interval) return;
    this.#ordinal = Math.ceil(this.#ordinal) + 1;
    const away = keep.place === 'middleware' ? MIDDLEWARE : NOWHERE;
    const stack = this.#random() < keep.below ? route : away;
    this.#samples.push({ ...kept, ordinal: this.#ordinal, stack });
  }

  #expire(): void {
    if (!this.#run.keeps.some(({ lifeMs, entries }) => lifeMs !== undefined || entries !== undefined)) return;
    const isAlive = ({ keep, untilMs, untilEntry }: Kept): boolean =>
      untilMs > this.runtime.nowMs && untilEntry > (this.#entries.get(keep) ?? 0);
    this.#kept = this.#kept.filter(isAlive);
    this.#samples = this.#samples.filter(isAlive);
  }

  #heapBytes(): number {
    this.#walk += 15_000 * normal(this.#random);
    const kept = this.#kept.reduce((sum, { keep }) => sum + keep.bytes, 0);
    const warmUp = WARM_UP_BYTES * Math.log1p(this.#units / 3000);
    return 4e7 + kept + warmUp + this.#walk + 60_000 * normal(this.#random);
  }

  #redraw(): void {
    this.#weights = SHARES.map((share) => share * Math.exp(0.5 * normal(this.#random)));
  }

  #draw(): number {
    let left = this.#random() * this.#weights.reduce((sum, weight) => sum + weight, 0);
    for (const [route, weight] of this.#weights.entries()) {
      left -= weight;
      if (left < 0) return route;
    }
    return 0;
  }

  #note(message: string): void {
    const found = /^(GROWING|LEAKING|CLEARED) {2}(.*)$/.exec(message);
    if (found === null) return;
    const event = ({ GROWING: 'growth', LEAKING: 'leak', CLEARED: 'cleared' } as const)[
      found[1] as 'GROWING'
    ];
    const who = /^(GET \/\d|\(.*?\)|undecided|growth)/.exec(found[2]!)?.[1] ?? found[2]!;
    this.events.push({ minute: this.runtime.nowMs / 60_000, event, who });
  }
}

/** Growth that was told again after it had been told to have cleared: the alert that comes twice. */
export function toldAgain(events: readonly SimulatedEvent[]): number {
  let isCleared = false;
  let again = 0;
  for (const { event } of events) {
    if (event === 'cleared') isCleared = true;
    else if (isCleared) {
      again += 1;
      isCleared = false;
    }
  }
  return again;
}
