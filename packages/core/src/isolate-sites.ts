import { LRUCache } from 'lru-cache';
import { SitePool } from './attribute/site-pool.ts';
import type { AppFiles } from './frames/app-files.ts';
import { FrameMap } from './frames/frame-map.ts';
import { keyNumber } from './frames/function-key.ts';
import type { ProfiledFunction } from './internal-types.ts';
import type { PlacedFunction, SurvivingStacks } from './measure/surviving-stacks.ts';
import type { SiteReport } from './site-types.ts';
import { TurnQueue } from './turn-queue.ts';

/** Kinds of isolates: one per queue with a processor file. Those beyond it share the places of the ones asked for least. */
const MAX_POOLS = 64;

/** What isolates told and whose source files are not read yet; more is passed over, the next floor tells it again. */
const MAX_WAITING = 64;

type Stack = readonly ProfiledFunction[];

interface Pool {
  slot: number;
  handler: ProfiledFunction | null;
  sites: SitePool<Stack>;
}

/** What placing stacks of isolates needs. */
export interface IsolateSitesParts {
  files: AppFiles;
  /** Milliseconds that reading one source file may stop the program. */
  maxPauseMs: number;
  nextTurn: (run: () => void, isAwaited: boolean) => void;
  /** Does work that must not throw into the host, and charges it to the guard's own cost. */
  contained: (work: () => void) => void;
}

/**
 * Which functions allocated what stays in isolates, pooled over all that run the same code. Isolates send where functions
 * start; their files are read here, so that no isolate carries parsers and sources. What only an isolate knows (source
 * maps of a loader that ran in it) is therefore missing.
 */
export class IsolateSites {
  readonly #frames: FrameMap;
  readonly #contained: IsolateSitesParts['contained'];
  readonly #queue: TurnQueue;
  readonly #pools = new LRUCache<string, Pool>({ max: MAX_POOLS, dispose: ({ slot }) => this.#leave(slot) });
  readonly #freeSlots = Array.from({ length: MAX_POOLS + 1 }, (_, slot) => slot);
  #waiting = 0;

  constructor({ files, maxPauseMs, nextTurn, contained }: IsolateSitesParts) {
    this.#contained = contained;
    this.#frames = new FrameMap(files, maxPauseMs);
    this.#queue = new TurnQueue({ now: () => files.now(), nextTurn, contained });
  }

  /** What an isolate told; it replaces what it told before. Counts some turns later where source files are new. */
  push(pool: string, isolate: object, told: SurvivingStacks): void {
    if (this.#waiting >= MAX_WAITING) return;
    const stacks = told.stacks.map(({ frames }) => frames.map(profiled));
    this.#later(this.#frames.learning(stacks), () => this.#take(pool, isolate, told, stacks));
  }

  /** The isolate has ended. */
  close(pool: string, isolate: object): void {
    this.#later(null, () => this.#pools.peek(pool)?.sites.close(isolate));
  }

  /** The function that allocated most of what stays in isolates of a pool, null where none told. */
  site(pool: string): SiteReport | null {
    const { handler = null, sites, slot = null } = this.#pools.get(pool) ?? {};
    const top = sites?.top() ?? null;
    if (top === null) return null;
    const { share, samples, stack } = top;
    const told = this.#frames.describe(stack, slot);
    return {
      ...told,
      // After an `await` it is on no stack, but isolates do nothing else.
      handler: told.handler ?? (handler === null ? null : this.#frames.frame(handler)),
      share,
      samples,
      lines: this.#lines(stack, told),
    };
  }

  #take(pool: string, isolate: object, told: SurvivingStacks, stacks: readonly Stack[]): void {
    const own = this.#poolOf(pool);
    if (told.handler !== null) {
      own.handler = profiled(told.handler);
      this.#frames.register(own.slot, [own.handler]);
    }
    own.sites.tell(isolate, {
      bytes: told.bytes,
      sites: told.stacks.map(({ bytes, samples }, index) => {
        const stack = stacks[index]!;
        return { site: this.#frames.place(stack).site, stack, bytes, samples };
      }),
    });
  }

  #poolOf(name: string): Pool {
    let pool = this.#pools.get(name);
    if (pool === undefined) {
      pool = { slot: this.#freeSlots.pop()!, handler: null, sites: new SitePool() };
      this.#pools.set(name, pool);
    }
    return pool;
  }

  #leave(slot: number): void {
    this.#freeSlots.push(slot);
    this.#frames.forget(slot);
  }

  #later(steps: Iterator<unknown> | null, work: () => void): void {
    this.#waiting += 1;
    const run = (): void => {
      this.#waiting -= 1;
      this.#contained(work);
    };
    this.#queue.add({ steps, run });
  }

  #lines(stack: Stack, { kind, allocating }: Pick<SiteReport, 'kind' | 'allocating'>): SiteReport['lines'] {
    if (kind === 'requests') return [];
    const found = stack.find((one) => {
      const { file, line, column } = this.#frames.frame(one);
      return file === allocating.file && line === allocating.line && column === allocating.column;
    });
    return found === undefined ? [] : this.#frames.lines(found);
  }
}

/** Isolates number scripts each in its own way: here one has the number of its address. */
function profiled({ name, url, line, column }: PlacedFunction): ProfiledFunction {
  return { name, scriptId: url === '' ? 0 : keyNumber(url), url, line, column };
}
