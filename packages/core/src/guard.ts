import type { Ask } from './control/control-protocol.ts';
import { openControl } from './control/open-control.ts';
import { typeLimits } from './decide/type-budget.ts';
import { Detector } from './detector.ts';
import { LeakguardError } from './errors.ts';
import { GuardEmitter } from './guard-emitter.ts';
import { DISABLED, ISOLATES, type IsolateHost, type MarkedGuard, RECORD, SCOPE_TURN } from './guard-marks.ts';
import { containedIgnore } from './ignore-option.ts';
import type { Runtime } from './internal-types.ts';
import { processRuntime } from './measure/process-runtime.ts';
import type { ScopeSpike } from './measure/unit-delta.ts';
import { closedError, noopGuard } from './noop-guard.ts';
import { Observation } from './observation.ts';
import { openOnDemandSignal } from './on-demand/on-demand-signal.ts';
import { type ResolvedOptions, resolveOptions } from './options.ts';
import type { AllocationSnapshot } from './report/allocation-snapshot.ts';
import { defaultLogger } from './report/default-logger.ts';
import { GrowthLog } from './report/growth-log.ts';
import type { SnapshotOrigin } from './report/snapshot-event.ts';
import { SIDE_COUNTS_MS } from './side-counts.ts';
import type { Trackable, TypeGrowth } from './site-types.ts';
import { Snapshots } from './snapshots.ts';
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

/** How often it is looked whether the rolling buffer wants a snapshot. */
const SNAPSHOT_TICK_MS = 10_000;

const EVENT_OF: Record<Verdict, 'growth' | 'leak' | 'cleared'> = {
  'warming-up': 'cleared',
  stable: 'cleared',
  growing: 'growth',
  leaking: 'leak',
};

class LiveGuard implements MarkedGuard {
  readonly #options: ResolvedOptions;
  readonly #detector: Detector;
  readonly #types: TypeWatch;
  readonly #emitter = new GuardEmitter();
  readonly #log: GrowthLog;
  readonly #observation: Observation;
  readonly #snapshots: Snapshots;
  readonly #closables: { close(): void }[] = [];
  #closed = false;
  #window: Promise<void> | null = null;

  constructor(options: ResolvedOptions, runtime: Runtime) {
    this.#options = options;
    const onError = (error: unknown): void => this.#emitter.fail(error);
    this.#log = new GrowthLog({
      ...options,
      logger: options.logger ?? defaultLogger(),
      now: () => runtime.now(),
      date: () => runtime.date(),
      onError,
    });
    const contained = { ...options, ignore: containedIgnore(options.ignore, onError) };
    this.#detector = new Detector(contained, runtime, {
      contained: (work) => this.#contained(work),
      failed: onError,
      overflowed: (name) =>
        this.#log.notice(
          `maxScopes (${options.maxScopes}) is reached: ${name} and further scopes count in (other) until others have been idle ` +
            'for 20 major GCs. Raise it, unless names hold ids: then name scopes by what they have in common',
        ),
    });
    this.#types = new TypeWatch(runtime, typeLimits(options));
    this.#detector.spikes.onSpike = (spike) => this.#contained(() => this.#tellSpike(spike));
    this.#snapshots = new Snapshots(this.#detector);
    this.#observation = new Observation(options, runtime, this.#detector, {
      contained: (work) => this.#contained(work),
      changed: (changes) => this.#tell(changes),
      read: (reading) => this.#snapshots.takeIfDue(reading),
      notice: (message) => this.#log.notice(message),
    });
    this.#observation.start();
    this.#observation.every(options.reportInterval, () => this.#endInterval());
    this.#observation.every(SNAPSHOT_TICK_MS, () => this.#snapshots.takeIfDue(null));
    this.#observation.every(SIDE_COUNTS_MS, () => this.#detector.lookAtSideCounts());
    this.#listen(runtime, onError);
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
    const { level, maxOverhead, minTotalBytes, maxScopes, profiler } = this.#options;
    const detector = this.#detector;
    return {
      settings: { level, maxOverhead, minTotalBytes, maxScopes, profiler: profiler !== false },
      get suspects() {
        return detector.isolates.isUnsure;
      },
      get named() {
        return detector.isolates.isNamed;
      },
      open: (pool) => {
        const isolate = detector.isolates.follow(pool);
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

  async takeSnapshot(): Promise<AllocationSnapshot> {
    const older = this.#snapshots.newestWithStacks;
    const snapshot = await this.#takeSnapshot();
    this.#tellSnapshot(snapshot, { trigger: 'call', older, file: null });
    return snapshot;
  }

  on<E extends keyof GuardEvents>(event: E, listener: (payload: GuardEvents[E]) => void): () => void {
    return this.#emitter.on(event, listener);
  }

  async close(): Promise<void> {
    this.#contained(() => this.#log.recordMemory(this.report()));
    this.#closed = true;
    this.#detector.ledger.close();
    this.#observation.stop();
    for (const closable of this.#closables.splice(0)) closable.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #finishWindow(): Promise<void> {
    // A WeakRef keeps its target until the running job ends: only a turn later can a GC tell what is really kept.
    await new Promise((resolve) => setImmediate(resolve));
    this.#assertOpen();
    if (!(await this.#observation.forceFloor())) {
      throw new LeakguardError(
        'ERR_LEAKGUARD_GC_UNAVAILABLE',
        "leakguard: level 'prove' cannot force a GC here; start Node with --expose-gc",
      );
    }
    this.#assertOpen();
    this.#tell(this.#detector.finishWindow());
  }

  #assertOpen(): void {
    if (this.#closed) throw closedError();
  }

  /** For whoever asks from outside of the program. */
  #listen(runtime: Runtime, onError: (error: unknown) => void): void {
    const { control, signal, snapshotDir } = this.#options;
    if (control) this.#closables.push(openControl({ answer: (ask) => this.#answer(ask) }));
    this.#closables.push(
      openOnDemandSignal({
        ...{ signal, snapshotDir, onError },
        take: () => this.#takeSnapshot(),
        tell: ({ snapshot, ...origin }) => this.#tellSnapshot(snapshot, { trigger: 'signal', ...origin }),
        notice: (message) => this.#log.notice(message),
        now: () => runtime.now(),
      }),
    );
  }

  async #answer(ask: Ask): Promise<unknown> {
    if (ask === 'report') return this.report();
    if (ask === 'types') return this.typeGrowth();
    if (ask === 'kept') return this.#snapshots.kept;
    const older = this.#snapshots.newestWithStacks;
    const snapshot = await this.#takeSnapshot();
    this.#tellSnapshot(snapshot, { trigger: 'control', older, file: null });
    return snapshot;
  }

  async #takeSnapshot(): Promise<AllocationSnapshot> {
    this.#assertOpen();
    const read = await this.#observation.readNow();
    this.#assertOpen();
    return this.#snapshots.take(read);
  }

  #tellSnapshot(snapshot: AllocationSnapshot, origin: SnapshotOrigin): void {
    this.#log.snapshot(snapshot, origin);
    this.#emitter.emit('snapshot', snapshot);
  }

  #endInterval(): void {
    this.#log.memory(this.report());
    this.#detector.markRates();
    this.#detector.spikes.nextInterval();
    this.#detector.evictIdle();
  }

  #lackInIsolates(reason: string): void {
    if (this.#detector.isolates.lack !== null) return;
    this.#detector.isolates.lack = reason;
    this.#log.notice(reason);
  }

  #tell(changes: ReturnType<Detector['floor']>): void {
    if (changes.length === 0) return;
    const report = this.report();
    const topSites = this.#snapshots.topSites();
    for (const { key, to } of changes) {
      const scope = this.#detector.scopeReport(report, key);
      if (scope === undefined) {
        const unattributed = this.#detector.unattributed(key);
        this.#log.unattributed(EVENT_OF[to], { ...report, unattributed }, topSites);
        continue;
      }
      this.#log.verdict(EVENT_OF[to], scope, report, topSites);
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
