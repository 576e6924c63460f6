/** Sites of isolates that are gone are forgotten slowly: what was kept of some forty isolates counts. */
const KEPT_SHARE = 0.975;

/** Isolates that have told something and not ended; beyond it the oldest is taken to have ended. */
const MAX_OPEN = 256;

/** Sites of isolates that ended, the smallest let go first. */
const MAX_ENDED = 100;

/** What stays of one function's allocations, and a stack of it. */
interface PooledSite<Stack> {
  /** Function to blame. */
  site: number;
  stack: Stack;
  bytes: number;
  samples: number;
}

/** What stays in one isolate. */
export interface ToldSites<Stack> {
  /** Of all sites, also of those that are not told. */
  bytes: number;
  sites: readonly PooledSite<Stack>[];
}

/** The largest site, and its share of all that stays. */
interface TopPooledSite<Stack> extends PooledSite<Stack> {
  share: number;
}

/** Sites of isolates that run the same code: what each told last, also of those that are gone. Bounded. */
export class SitePool<Stack> {
  readonly #open = new Map<object, ToldSites<Stack>>();
  #ended: ToldSites<Stack> = { bytes: 0, sites: [] };

  /** What an isolate tells replaces what it told before. */
  tell(isolate: object, told: ToldSites<Stack>): void {
    this.#open.delete(isolate);
    this.#open.set(isolate, told);
    if (this.#open.size > MAX_OPEN) this.close(this.#open.keys().next().value!);
  }

  /** The isolate has ended; nothing happens for one that told nothing. */
  close(isolate: object): void {
    const told = this.#open.get(isolate);
    if (told === undefined) return;
    this.#open.delete(isolate);
    const { bytes, sites } = pooled([faded(this.#ended), told]);
    this.#ended = { bytes, sites: sites.slice(0, MAX_ENDED) };
  }

  /** Null where nothing stays. */
  top(): TopPooledSite<Stack> | null {
    const { bytes, sites } = pooled([this.#ended, ...this.#open.values()]);
    const top = sites[0];
    if (top === undefined || !(bytes > 0)) return null;
    return { ...top, samples: Math.round(top.samples), share: Math.min(1, top.bytes / bytes) };
  }
}

function faded<Stack>({ bytes, sites }: ToldSites<Stack>): ToldSites<Stack> {
  return {
    bytes: KEPT_SHARE * bytes,
    sites: sites.map((site) => ({
      ...site,
      bytes: KEPT_SHARE * site.bytes,
      samples: KEPT_SHARE * site.samples,
    })),
  };
}

/** All together, by site, largest first; of a site's stacks the one with most bytes in one isolate. */
function pooled<Stack>(all: readonly ToldSites<Stack>[]): ToldSites<Stack> {
  const sums = new Map<number, PooledSite<Stack> & { most: number }>();
  for (const { site, stack, bytes, samples } of all.flatMap(({ sites }) => sites)) {
    const sum = sums.get(site) ?? { site, stack, bytes: 0, samples: 0, most: bytes };
    sum.bytes += bytes;
    sum.samples += samples;
    if (bytes > sum.most) Object.assign(sum, { stack, most: bytes });
    sums.set(site, sum);
  }
  const sites = [...sums.values()]
    .map(({ most: _, ...site }) => site)
    .sort((one, other) => other.bytes - one.bytes);
  return { bytes: all.reduce((sum, { bytes }) => sum + bytes, 0), sites };
}
