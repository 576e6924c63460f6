import { contained, toError } from '../contain.ts';
import type {
  AllocationReading,
  AllocationSampler,
  AnyFunction,
  CapturedFunction,
  FloorReading,
  ProfiledFunction,
} from '../internal-types.ts';
import { capturedFunctions } from './captured-functions.ts';
import { forceFloor, type GcFunction } from './forced-gc.ts';
import { locateFunction } from './function-location.ts';
import { InspectorLink, type InspectorModule } from './inspector-link.ts';
import { readBuffers, readHeapWithoutYoung } from './memory-reading.ts';
import {
  isStopped,
  type ProfilerRun,
  ProfilerTaken,
  type StartHeapProfile,
  startInInspector,
  startNative,
} from './profiler-run.ts';
import { SamplingContinuity } from './sampling-continuity.ts';
import { flattenProfile, type SamplingProfile } from './sampling-profile.ts';

export interface HeapSamplerOptions {
  now: () => number;
  every: (intervalMs: number, run: () => void) => () => void;
  takeGc: () => GcFunction | null;
  /** Asked when the sampler first needs it; null in a build without the inspector. */
  loadInspector: () => InspectorModule | null;
  /** `v8.startHeapProfile`, null where the runtime has none. */
  startHeapProfile: StartHeapProfile | null;
  /** Name of a loaded tool that wants the profiler, or null. */
  otherProfiler: () => string | null;
  /** A full GC that this sampler forced has ended by this moment. */
  onForcedGc: (endMs: number) => void;
}

const PROFILER_LEFT = "V8's only sampling heap profiler, so leakguard leaves it alone from now on";

/**
 * V8's sampling heap profiler, run for this isolate. What stands in `unavailable` is for the report.
 *
 * There is one profiler per isolate, and V8 tells nobody when another tool starts or stops it. So: not at all beside a
 * tool that wants it, one look whether it is taken, and when a read shows that it is ours no more it is left alone for
 * good. Between two reads a tool can still start (V8 ignores that and answers OK) and rely on a profiler that our `stop` ends.
 */
export class HeapSampler implements AllocationSampler {
  readonly #options: HeapSamplerOptions;
  #inspector: { module: InspectorModule; link: InspectorLink } | null = null;
  #run: ProfilerRun | null = null;
  #continuity = new SamplingContinuity();
  #unavailable: string | null = null;
  #lost = false;

  constructor(options: HeapSamplerOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#run !== null;
  }

  get unavailable(): string | null {
    return this.#unavailable;
  }

  get readsWithoutGc(): boolean {
    return this.#run !== null && !this.#run.forcesGc;
  }

  start(intervalBytes: number): void {
    if (this.#run !== null || this.#lost) return;
    this.#unavailable = null;
    try {
      this.#run = this.#begin(intervalBytes);
      this.#continuity = new SamplingContinuity();
    } catch (error) {
      this.#unavailable = reasonOf(error);
    }
  }

  read(after?: FloorReading): AllocationReading | null {
    const run = this.#run;
    if (run === null) return null;
    try {
      const reading = this.#readFrom(run, after);
      if (this.#continuity.follows(reading.samples)) return reading;
      // Theirs now: to stop it, or to end the session that ours was started in, would take it from them.
      this.#lose(`another tool took over ${PROFILER_LEFT}`);
    } catch (error) {
      // Nobody's profiler runs, or ours in a state that nobody can use: ending it takes it from nobody.
      contained(() => run.stop(), undefined);
      this.#lose(lossOf(error));
    }
    return null;
  }

  locate(fn: AnyFunction): ProfiledFunction | null {
    if (typeof fn !== 'function' || this.#unavailable !== null) return null;
    return contained(() => {
      const { module, link } = this.#connected();
      return link.use((post) => locateFunction(fn, module, post));
    }, null);
  }

  captured(fn: AnyFunction): readonly CapturedFunction[] {
    if (this.#unavailable !== null) return [];
    return contained(() => {
      const { module, link } = this.#connected();
      return link.use((post) => capturedFunctions(fn, module, post));
    }, []);
  }

  stop(): void {
    const run = this.#run;
    this.#run = null;
    contained(() => run?.stop(), undefined);
  }

  #begin(intervalBytes: number): ProfilerRun {
    const tool = this.#options.otherProfiler();
    if (tool !== null)
      throw new ProfilerTaken(`${tool} is loaded, which uses V8's only sampling heap profiler`);
    const { link } = this.#connected();
    const { startHeapProfile, takeGc } = this.#options;
    // Without a `gc` of our own there would be no floor to a read that forces none.
    if (startHeapProfile !== null && takeGc() !== null)
      return startNative(startHeapProfile, link, intervalBytes);
    return startInInspector(link, intervalBytes);
  }

  #connected(): { module: InspectorModule; link: InspectorLink } {
    if (this.#inspector !== null) return this.#inspector;
    const module = this.#options.loadInspector();
    if (module === null) throw new Error('this Node.js was built without it');
    this.#inspector = { module, link: new InspectorLink(module, this.#options.every) };
    return this.#inspector;
  }

  #readFrom(run: ProfilerRun, after: FloorReading | undefined): AllocationReading {
    const startMs = this.#options.now();
    const { floor, profile } = run.forcesGc ? this.#forcedByRead(run) : this.#forcedBefore(run, after);
    const flat = flattenProfile(profile);
    return { floor, pauseMs: this.#options.now() - startMs, ...flat };
  }

  /** The floor of our own GC, or of the one that has just been; then the profile, which forces none. */
  #forcedBefore(
    run: ProfilerRun,
    after: FloorReading | undefined,
  ): { floor: FloorReading; profile: SamplingProfile } {
    const floor = after ?? forceFloor(this.#options.takeGc(), this.#options.now);
    if (floor === null) throw new Error('its garbage collection failed');
    if (floor.forced) this.#options.onForcedGc(floor.timeMs);
    return { floor, profile: run.profile() };
  }

  /** The profile comes with a GC. Its answer lies in the young generation, which that GC had emptied: so without it. */
  #forcedByRead(run: ProfilerRun): { floor: FloorReading; profile: SamplingProfile } {
    const { now, takeGc, onForcedGc } = this.#options;
    const startMs = now();
    const profile = run.profile();
    const heap = readHeapWithoutYoung();
    // Waits for the thread that frees Buffers, see `forceFloor`.
    contained(() => takeGc()?.({ type: 'minor' }), undefined);
    const timeMs = now();
    onForcedGc(timeMs);
    return { profile, floor: { timeMs, ...heap, ...readBuffers(), forced: true, pauseMs: timeMs - startMs } };
  }

  #lose(reason: string): void {
    this.#run = null;
    this.#lost = true;
    this.#unavailable = reason;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof ProfilerTaken) return error.message;
  const { message, code } = toError(error) as Error & { code?: string };
  if (code === 'ERR_ACCESS_DENIED')
    return 'Node.js denies the inspector to this process (ERR_ACCESS_DENIED, --permission)';
  return `the inspector cannot be used: ${message}`;
}

function lossOf(error: unknown): string {
  return isStopped(error)
    ? `another tool stopped ${PROFILER_LEFT}`
    : `V8's sampling heap profiler could not be read: ${toError(error).message}`;
}
