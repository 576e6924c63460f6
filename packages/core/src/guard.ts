import { TYPE_LIMITS } from './decide/type-budget.ts';
import { Detector } from './detector.ts';
import { LeakguardError } from './errors.ts';
import { isForcedGcDue, isIdleGcDue } from './forced-gc-schedule.ts';
import { GuardEmitter } from './guard-emitter.ts';
import { DISABLED, ISOLATES, type IsolateHost, type MarkedGuard, RECORD, SCOPE_TURN } from './guard-marks.ts';
import { containedIgnore } from './ignore-option.ts';
import type { FloorReading, Runtime } from './internal-types.ts';
import { TICK_MS } from './measure/active-clock.ts';
import { processRuntime } from './measure/process-runtime.ts';
import type { ScopeSpike } from './measure/unit-delta.ts';
import { closedError, noopGuard } from './noop-guard.ts';
import { type ResolvedOptions, resolveOptions } from './options.ts';
import { defaultLogger } from './report/default-logger.ts';
import { GrowthLog } from './report/growth-log.ts';
import { SIDE_COUNTS_MS } from './side-counts.ts';
import type { Trackable, TypeGrowth } from './site-types.ts';
import { TypeWatch } from './type-watch.ts';
import type {
  AuditEvent,
  GrowthReport,
  Guard,
  GuardEvents,
  GuardOptions,
  RecycleEvent,
  ScopeId,
  ScopeKind,
  Unit,
  Verdict,
} from './types.ts';

/** How often `prove` and `idleGc` look whether a GC is due. */
const FORCE_TICK_MS = 50;
const IDLE_TICK_MS = 1000;

/**
 * Makes a guard of its own ledger, for tests and for hosts that keep several apart. Most programs want `getGuard`,
 * which all adapters share: live heap belongs to the process, so all scopes belong into one ledger.
 *
 * @throws LeakguardError `ERR_LEAKGUARD_OPTION` for a bad option
 * @example
 * const guard = createGuard({ level: 'prove', enabled: true });
 * const unit = guard.begin();
 * unit.end(guard.scope('job', 'mail:send'));
 * console.log(formatReport(await guard.analyze()));
 */
export function createGuard(options?: GuardOptions): Guard {
  return guardOn(processRuntime(), options);
}

/** `createGuard` on a runtime of the caller's: clock, memory and GC are in the test's hand. */
export function guardOn(runtime: Runtime, options?: GuardOptions): Guard {
  const resolved = resolveOptions(options);
  return resolved.enabled ? new LiveGuard(resolved, runtime) : noopGuard(resolved.level);
}

const EVENT_OF: Record<Verdict, 'growth' | 'leak' | 'cleared'> = {
  'warming-up': 'cleared',
  stable: 'cleared',
  growing: 'growth',
  leaking: 'leak',
};

class LiveGuard implements MarkedGuard {
  readonly #options: ResolvedOptions;
  readonly #runtime: Runtime;
  readonly #detector: Detector;
  readonly #types: TypeWatch;
  readonly #emitter = new GuardEmitter();
  readonly #log: GrowthLog;
  readonly #stops: (() => void)[] = [];
  #lastMajorMs: number;
  #lastPauseMs = 0;
  #unitsAtForced = 0;
  #closed = false;
  #window: Promise<void> | null = null;

  constructor(options: ResolvedOptions, runtime: Runtime) {
    this.#options = options;
    this.#runtime = runtime;
    const onError = (error: unknown): void => this.#emitter.fail(error);
    this.#log = new GrowthLog({
      ...options,
      logger: options.logger ?? defaultLogger(),
      now: () => runtime.now(),
      date: () => runtime.date(),
      onError,
    });
    const contained = { ...options, ignore: containedIgnore(options.ignore, onError) };
    const onOverflow = (name: string): void =>
      this.#log.notice(
        `maxScopes (${options.maxScopes}) is reached: ${name} and further scopes count in (other) until others have been idle ` +
          'for 20 major GCs. Raise it, unless names hold ids: then name scopes by what they have in common',
      );
    this.#detector = new Detector(contained, runtime, { onOverflow, onError });
    this.#types = new TypeWatch(runtime, TYPE_LIMITS);
    this.#lastMajorMs = this.#detector.clock.now();
    this.#detector.spikes.onSpike = (spike) => this.#contained(() => this.#tellSpike(spike));
    this.#start();
  }

  get [DISABLED](): boolean {
    return this.#closed;
  }

  get [SCOPE_TURN](): number {
    return this.#detector.ledger.evicted.scopes;
  }

  [RECORD](event: RecycleEvent | AuditEvent): void {
    this.#contained(() => this.#log.told(event));
  }

  [ISOLATES](): IsolateHost | null {
    if (this.#closed) return null;
    const { level, maxOverhead, minTotalBytes, maxScopes } = this.#options;
    const detector = this.#detector;
    return {
      settings: { level, maxOverhead, minTotalBytes, maxScopes },
      get suspects() {
        return detector.isolates.isUnsure;
      },
      get named() {
        return detector.isolates.isNamed;
      },
      open: () => {
        const isolate = detector.isolates.follow();
        return {
          push: (row, scopeOf) => this.#contained(() => this.#tell(isolate.push(row, scopeOf))),
          close: () => this.#contained(() => this.#tell(isolate.close())),
        };
      },
      lacks: (reason) => this.#contained(() => this.#lackInIsolates(reason)),
    };
  }

  scope(kind: ScopeKind, name: string): ScopeId {
    return this.#detector.ledger.scope(kind, name);
  }

  begin(): Unit {
    return this.#detector.ledger.begin();
  }

  report(): GrowthReport {
    return this.#detector.report();
  }

  async analyze(): Promise<GrowthReport> {
    this.#assertOpen();
    if (this.#options.level === 'prove') {
      // Calls that come together share one forced GC.
      this.#window ??= this.#finishWindow().finally(() => {
        this.#window = null;
      });
      await this.#window;
    }
    return this.report();
  }

  async typeGrowth(): Promise<TypeGrowth[]> {
    this.#assertOpen();
    const growth = this.#types.growth();
    this.#detector.meter.charge(this.#types.pauseMs);
    return growth;
  }

  track(name: string, collection: Trackable): () => void {
    return this.#closed ? () => undefined : this.#detector.sideCounts.track(name, collection);
  }

  on<E extends keyof GuardEvents>(event: E, listener: (payload: GuardEvents[E]) => void): () => void {
    return this.#emitter.on(event, listener);
  }

  async close(): Promise<void> {
    this.#contained(() => this.#log.recordMemory(this.report()));
    this.#closed = true;
    this.#detector.ledger.close();
    for (const stop of this.#stops.splice(0)) stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #finishWindow(): Promise<void> {
    // A WeakRef keeps its target until the running job ends: only a turn later can a GC tell what is really kept.
    await new Promise((resolve) => setImmediate(resolve));
    this.#assertOpen();
    if (!this.#force()) {
      throw new LeakguardError(
        'ERR_LEAKGUARD_GC_UNAVAILABLE',
        "leakguard: level 'prove' cannot force a GC here; start Node with --expose-gc",
      );
    }
    this.#tell(this.#detector.finishWindow());
  }

  #assertOpen(): void {
    if (this.#closed) throw closedError();
  }

  #start(): void {
    const { level, idleGc, reportInterval } = this.#options;
    const every = (ms: number, run: () => void): void => {
      this.#stops.push(this.#runtime.every(ms, () => this.#contained(run)));
    };
    this.#stops.push(
      this.#runtime.watchMajorGcs(
        (reading) => this.#contained(() => this.#floor(this.#inActiveTime(reading))),
        () => this.#contained(() => this.#detector.majorGc()),
        (ms) => this.#detector.meter.charge(ms),
        (startMs, endMs) => this.#detector.spikes.gc(startMs, endMs),
      ),
    );
    every(SIDE_COUNTS_MS, () => this.#detector.lookAtSideCounts());
    every(TICK_MS, () => this.#detector.clock.tick());
    every(reportInterval, () => {
      this.#log.memory(this.report());
      this.#detector.markRates();
      this.#detector.spikes.nextInterval();
      this.#detector.evictIdle();
    });
    if (level === 'prove' || idleGc) this.#warnWithoutGc();
    if (level === 'prove') every(FORCE_TICK_MS, () => this.#forceIfDue());
    else if (idleGc) every(IDLE_TICK_MS, () => this.#forceIfIdle());
  }

  #lackInIsolates(reason: string): void {
    if (this.#detector.isolates.lack !== null) return;
    this.#detector.isolates.lack = reason;
    this.#log.notice(reason);
  }

  /** Said at once: whoever asked for forced GCs would otherwise wait for verdicts that come late or never. */
  #warnWithoutGc(): void {
    if (this.#runtime.canForceGc()) return;
    const asked = this.#options.level === 'prove' ? "level 'prove'" : 'option idleGc';
    this.#log.notice(`${asked} cannot force a GC here; start Node with --expose-gc`);
  }

  #forceIfDue(): void {
    const { totalUnits } = this.#detector.ledger;
    const due = isForcedGcDue({
      nowMs: this.#detector.clock.now(),
      lastMs: this.#lastMajorMs,
      lastPauseMs: this.#lastPauseMs,
      unitsSinceLast: totalUnits - this.#unitsAtForced,
    });
    if (due) this.#force();
  }

  #forceIfIdle(): void {
    const due = isIdleGcDue({
      nowMs: this.#detector.clock.now(),
      lastMajorMs: this.#lastMajorMs,
      lastPauseMs: this.#lastPauseMs,
      inFlight: this.#detector.ledger.inFlight,
      heapUsedBytes: this.#runtime.readMemory().heapUsedBytes,
    });
    if (due) this.#force();
  }

  /** @returns false where no GC can be forced */
  #force(): boolean {
    const measured = this.#runtime.forceGc();
    if (measured === null) return false;
    const reading = this.#inActiveTime(measured);
    this.#unitsAtForced = this.#detector.ledger.totalUnits;
    this.#detector.meter.charge(reading.pauseMs);
    this.#floor(reading);
    return true;
  }

  /** A process may also be stopped in the middle of a GC, which then seems to have paused it for hours. */
  #inActiveTime(reading: FloorReading): FloorReading {
    const { clock } = this.#detector;
    const timeMs = clock.at(reading.timeMs);
    return { ...reading, timeMs, pauseMs: timeMs - clock.at(reading.timeMs - reading.pauseMs) };
  }

  #floor(reading: FloorReading): void {
    this.#lastMajorMs = reading.timeMs;
    this.#lastPauseMs = reading.pauseMs;
    this.#tell(this.#detector.floor(reading));
  }

  #tell(changes: ReturnType<Detector['floor']>): void {
    if (changes.length === 0) return;
    const report = this.report();
    for (const { key, to } of changes) {
      const scope = this.#detector.scopeReport(report, key);
      if (scope === undefined) {
        this.#log.unattributed(EVENT_OF[to], report);
        continue;
      }
      this.#log.verdict(EVENT_OF[to], scope, report);
      this.#emitter.emit(EVENT_OF[to], scope);
    }
  }

  #tellSpike({ slot, bytes, suppressed }: ScopeSpike): void {
    const { ledger } = this.#detector;
    const spike = { scope: ledger.nameOf(slot)!, kind: ledger.kindOf(slot), bytes, suppressed };
    this.#log.spike(spike);
    this.#emitter.emit('spike', spike);
  }

  /** Background work never throws into a timer or an observer: that would end the host. */
  #contained(work: () => void): void {
    if (this.#closed) return;
    try {
      work();
    } catch (error) {
      this.#emitter.fail(error);
    }
  }
}
