import type { NamedGrowth } from './decide/channel-growth.ts';
import { Findings } from './decide/findings.ts';
import { FloorChannel } from './decide/floor-channel.ts';
import { HeapForecaster } from './decide/heap-forecast.ts';
import { isOnHeap } from './decide/merged-growth.ts';
import { type RetainedTally, retainedVerdict } from './decide/retained-requests.ts';
import { SourceVerdicts } from './decide/source-verdicts.ts';
import { type GrowthThresholds, growthThresholds, STORE_BENEFIT_UNITS } from './decide/thresholds.ts';
import type { VerdictChange } from './decide/verdict-log.ts';
import { type DetectorState, detectorReport, unattributedOf } from './detector-report.ts';
import { processFiles } from './frames/app-files.ts';
import type { FloorReading, Runtime } from './internal-types.ts';
import { IsolateGrowth } from './isolate-growth.ts';
import { ActiveClock } from './measure/active-clock.ts';
import { CostMeter, timerCostMs } from './measure/cost-meter.ts';
import { FIRST_SCOPE, type FloorCounts } from './measure/floor.ts';
import { FloorSlope } from './measure/floor-slope.ts';
import { Ledger } from './measure/ledger.ts';
import { RateMeter } from './measure/rate-meter.ts';
import { samplingIntervalBytes } from './measure/sampling-interval.ts';
import { SurvivorWatch } from './measure/survivors.ts';
import type { ResolvedOptions } from './options.ts';
import type { ScopeFacts } from './report/growth-report.ts';
import { SideCounts } from './side-counts.ts';
import { SiteChannel } from './site-channel.ts';
import { SiteReads, type SiteReadsHost } from './site-reads.ts';
import { SpikeWatch } from './spike-watch.ts';
import type { GrowthReport, ScopeReport, UnattributedReport, Verdict } from './types.ts';

/** What a detector asks of its owner. */
export interface DetectorHooks {
  /** `maxScopes` is reached, this scope is the first that finds no place. */
  overflowed(name: string): void;
  /** Does background work that must not throw into the host. */
  contained(work: () => void): void;
  /** Something in the background has failed; must not throw. */
  failed(error: unknown): void;
}

/** Measures, attributes and decides; knows no timers, no logger and no listeners. */
export class Detector {
  /** The time that growth, rates and intervals are measured in: what the process was stopped for is left out. */
  readonly clock: ActiveClock;
  readonly ledger: Ledger;
  readonly meter: CostMeter;
  readonly spikes: SpikeWatch;
  majorGcs = 0;
  forcedGcs = 0;
  readonly isolates: IsolateGrowth;
  readonly sideCounts: SideCounts;
  readonly sites: SiteChannel;
  readonly reads: SiteReads;
  readonly #options: ResolvedOptions;
  readonly #runtime: Runtime;
  readonly #hooks: DetectorHooks;
  readonly #thresholds: GrowthThresholds;
  readonly #floors: FloorChannel;
  readonly #survivors: SurvivorWatch;
  readonly #slope = new FloorSlope();
  readonly #forecaster = new HeapForecaster();
  readonly #rates = new RateMeter();
  readonly #findings = new Findings();
  readonly #verdicts = new SourceVerdicts();
  readonly #startMs: number;
  #frozen: FloorCounts | null = null;

  constructor(options: ResolvedOptions, runtime: Runtime, hooks: DetectorHooks) {
    const prove = options.level === 'prove';
    this.#options = options;
    this.#runtime = runtime;
    this.#hooks = hooks;
    this.#startMs = runtime.now();
    this.clock = new ActiveClock({ now: () => runtime.now(), processCpuMs: () => runtime.processCpuMs() });
    this.meter = new CostMeter({
      maxOverhead: options.maxOverhead,
      startCpuMs: runtime.processCpuMs(),
      timerMs: timerCostMs(() => runtime.now()),
      governForced: !prove,
    });
    this.#survivors = new SurvivorWatch({ random: () => runtime.random(), now: () => this.clock.now() });
    const { heapLimitBytes } = runtime.readMemory();
    this.#thresholds = growthThresholds({ ...options, heapLimitBytes, prove });
    this.#floors = new FloorChannel(this.#thresholds, this.#startMs);
    this.isolates = new IsolateGrowth({
      thresholds: this.#thresholds,
      nowMs: () => this.clock.now(),
      sourceOf: (scope) => FIRST_SCOPE + this.ledger.slotOfName('job', scope),
      charged: (work) => {
        this.#charge(work);
        return this.#changes();
      },
      sites: () => ({
        maxPauseMs: options.maxPause,
        files: processFiles(() => runtime.now()),
        nextTurn: (run, isAwaited) => runtime.nextTurn(run, isAwaited),
        contained: (work) => hooks.contained(() => this.#charge(work)),
      }),
    });
    this.sideCounts = new SideCounts({
      ...{ prove, runtime, onError: hooks.failed },
      samplingIntervalBytes: samplingIntervalBytes(options.level),
    });
    this.sites = new SiteChannel(this.#thresholds, {
      runtime,
      contained: (work) => hooks.contained(work),
      nameOf: (slot) => this.ledger.nameOf(slot),
      maxPauseMs: options.maxPause,
    });
    this.reads = new SiteReads(options, runtime, { channel: this.sites, host: this.#readsHost() });
    const { meter, sites } = this;
    const spikes = new SpikeWatch(options, runtime, meter);
    this.spikes = spikes;
    this.ledger = new Ledger({
      maxScopes: options.maxScopes,
      ignore: options.ignore,
      hooks: {
        finished: (slot, units, subject) => {
          if (subject !== undefined) this.#survivors.offer(slot, subject, units);
        },
        handled: (slot, handlers) => sites.handlers.offer(slot, handlers),
        shouldTime: () => meter.shouldTime(),
        now: () => runtime.now(),
        timed: (ms) => meter.addBoundary(ms),
        beganAlone: () => spikes.begin(),
        endedAlone: (slot) => spikes.end(slot),
        overflowed: (name) => hooks.overflowed(name),
      },
    });
  }

  /** A natural major GC has been: looks at the canaries and keeps the counts for the floor that is about to come. */
  majorGc(): void {
    this.#frozen = this.#counts();
    this.#lookAtCanaries();
  }

  /** Takes in the floor after a major GC, its time on {@link clock}; returns the verdicts that it changed. */
  floor(reading: FloorReading): VerdictChange<number>[] {
    // A forced reading is exact to this moment; counts kept for a natural floor that never came are outdated by it.
    const counts = (reading.forced ? null : this.#frozen) ?? this.#counts();
    this.#frozen = null;
    if (reading.forced) {
      this.forcedGcs += 1;
      this.#lookAtCanaries();
      this.lookAtSideCounts();
    }
    this.#slope.push(reading.timeMs, reading.heapBytes);
    // At `prove` the rows are forced ones: natural floors carry floating garbage that would only blur them.
    const wanted = reading.forced || this.#options.level !== 'prove';
    if (wanted) {
      this.#forecaster.push(reading.timeMs, reading.heapBytes);
      this.#charge(() => this.#floors.push(reading, counts));
      this.ledger.nextRow();
    }
    this.meter.govern(this.#runtime.processCpuMs());
    this.#survivors.oneIn = this.meter.canaryOneIn;
    return this.#changes();
  }

  /** The verdicts that a read changed, once it is placed. */
  placed(): VerdictChange<number>[] {
    return this.#changes();
  }

  /** Ends open blocks, so that every floor read so far counts. */
  finishWindow(): VerdictChange<number>[] {
    this.#floors.flush();
    return this.#changes();
  }

  /** Reads the counts beside memory: every ten seconds, and at forced GCs, which at `prove` come closer together. */
  lookAtSideCounts(): void {
    this.#charge(() => this.sideCounts.look(this.#counts(), this.clock.now()));
  }

  /** Notes the counts from which rates are taken; once per report interval. */
  markRates(): void {
    const units = Float64Array.from({ length: this.ledger.slots }, (_, slot) => this.ledger.unitsOf(slot));
    this.#rates.mark(this.clock.now(), units);
  }

  /**
   * Gives the slots of scopes that have been idle for long to those that wait for one. Called when the state of all scopes
   * has been written, so that the log loses no unit.
   */
  evictIdle(): void {
    const { spokenOf } = this.#floors;
    const inIsolates = this.isolates.spokenOf;
    const inCounts = this.sideCounts.spokenOf;
    const isHeld = (source: number): boolean =>
      spokenOf.has(source) ||
      inIsolates.has(source) ||
      inCounts.has(source) ||
      this.#verdicts.since(source) !== null;
    const evicted = this.ledger.evictIdle((idle) => isHeld(FIRST_SCOPE + idle));
    for (const slot of evicted) {
      this.#floors.forget(FIRST_SCOPE + slot);
      this.isolates.forget(FIRST_SCOPE + slot);
      this.sideCounts.forget(FIRST_SCOPE + slot);
      this.sites.forget(slot);
      this.#survivors.reset(slot);
      this.#rates.forget(slot);
      this.spikes.forget(slot);
      if (this.#frozen !== null) this.#frozen.units[slot] = 0;
    }
    if (evicted.length > 0) this.#floors.siteEvidence = this.sites.evidence;
  }

  report(): GrowthReport {
    return detectorReport(this.#state());
  }

  /** Growth of a source that is no scope, null for none of it. */
  unattributed(source: number): UnattributedReport | null {
    return unattributedOf(this.#state(), source);
  }

  #state(): DetectorState {
    return {
      options: this.#options,
      runtime: this.#runtime,
      uptimeMs: this.#runtime.now() - this.#startMs,
      nowMs: this.clock.now(),
      ledger: this.ledger,
      meter: this.meter,
      floors: this.#floors,
      isolates: this.isolates,
      sideCounts: this.sideCounts,
      sites: { channel: this.sites, reader: this.reads.reader },
      findings: this.#findings.all,
      slope: this.#slope,
      forecaster: this.#forecaster,
      scopes: this.#scopeFacts(),
      gcs: { majorGcs: this.majorGcs, forcedGcs: this.forcedGcs },
    };
  }

  /** The report of one source, undefined if it is no scope. */
  scopeReport(report: GrowthReport, source: number): ScopeReport | undefined {
    const slot = source - FIRST_SCOPE;
    if (slot < 0) return undefined;
    const [name, kind] = [this.ledger.nameOf(slot), this.ledger.kindOf(slot)];
    return report.scopes.find((item) => item.scope === name && item.kind === kind);
  }

  #counts(): FloorCounts {
    const { ledger } = this;
    return {
      units: Float64Array.from({ length: ledger.slots }, (_, slot) => ledger.unitsOf(slot)),
      totalUnits: ledger.totalUnits,
      inFlight: ledger.inFlight,
    };
  }

  #lookAtCanaries(): void {
    this.majorGcs += 1;
    this.#charge(() => this.#survivors.majorGc());
  }

  #scopeFacts(): ScopeFacts[] {
    const { ledger } = this;
    const nowMs = this.clock.now();
    const facts: ScopeFacts[] = [];
    for (let slot = 0; slot < ledger.slots; slot++) {
      const scope = ledger.nameOf(slot);
      if (scope === undefined) continue;
      const units = ledger.unitsOf(slot);
      const tally = this.#survivors.tally(slot);
      facts.push({
        slot,
        scope,
        kind: ledger.kindOf(slot),
        units,
        turn: ledger.turnOf(slot),
        inFlight: ledger.inFlightOf(slot),
        unitsPerSecond: this.#rates.perSecond(slot, units, nowMs, this.#startMs),
        retained: tally === null ? null : { tally, verdict: this.#retained(tally, units) },
        since: this.#verdicts.since(FIRST_SCOPE + slot),
        site: () => this.sites.site(slot),
        isolateSite: () => this.isolates.site(FIRST_SCOPE + slot),
      });
    }
    return facts;
  }

  #retained(tally: RetainedTally, units: number): Verdict {
    return retainedVerdict(tally, units, STORE_BENEFIT_UNITS);
  }

  #changes(): VerdictChange<number>[] {
    const retained = new Map<number, Verdict>();
    for (let slot = 0; slot < this.ledger.slots; slot++) {
      const tally = this.#survivors.tally(slot);
      if (tally !== null) retained.set(FIRST_SCOPE + slot, this.#retained(tally, this.ledger.unitsOf(slot)));
    }
    const renamed = this.#look();
    return this.#verdicts.update(this.#findings.all, retained, this.#runtime.date(), renamed);
  }

  /** What all channels say by now. @returns sources that are told under another name */
  #look(): number[] {
    // Survivors of the profiler show growth; the floors have their say in who it is.
    const candidates = this.#floors.tracker('oldSpace').analyse()?.credible ?? null;
    const sites = this.sites.growths(candidates, this.#findings.toldBySites);
    const floors = this.#floors.growths().map((growth) => this.#denied(growth));
    return this.#findings.update([...floors, ...this.isolates.growths()], sites);
  }

  /** Floors cannot tell a leak from a store that forgets while traffic rises; the ages of what survives can. */
  #denied(growth: NamedGrowth): NamedGrowth {
    const isDenied =
      growth.verdict === 'leaking' && isOnHeap(growth) && this.sites.areForgotten(growth.source);
    return isDenied ? { ...growth, verdict: 'growing' } : growth;
  }

  #readsHost(): SiteReadsHost {
    return {
      now: () => this.clock.now(),
      counts: () => this.#counts(),
      isGrowing: () => this.#floors.growths().length > 0,
      floorSlopeBytesPerHour: () => this.#slope.bytesPerHour,
      chargeRead: (ms) => this.meter.chargeRead(ms),
      placed: () =>
        this.#hooks.contained(() =>
          this.#charge(() => {
            this.#floors.siteEvidence = this.sites.evidence;
          }),
        ),
    };
  }

  #charge(work: () => void): void {
    // CPU, not wall time: on a busy machine waiting would look like work.
    const start = this.#runtime.processCpuMs();
    work();
    this.meter.charge(this.#runtime.processCpuMs() - start);
  }
}
