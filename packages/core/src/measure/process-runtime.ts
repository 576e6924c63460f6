import { performance } from 'node:perf_hooks';
import type { Runtime } from '../internal-types.ts';
import { forceFloor, type GcFunction, takeGc } from './forced-gc.ts';
import { type GcProfilerConstructor, nativeGcProfiler } from './gc-profile.ts';
import { GcWatch } from './gc-watch.ts';
import { HeapSampler } from './heap-sampler.ts';
import { type InspectorModule, loadInspector } from './inspector-link.ts';
import { readAvailable, readHeapHandles, readHeapUsed, readMemory } from './memory-reading.ts';
import { otherHeapProfiler } from './other-profiler.ts';
import { nativeHeapProfile, type StartHeapProfile } from './profiler-run.ts';
import { TypeTally } from './type-tally.ts';

/** Doubles for what a process may lack; null stands for missing. */
export interface ProcessRuntimeOptions {
  Profiler?: GcProfilerConstructor | null;
  takeGc?: () => GcFunction | null;
  loadInspector?: () => InspectorModule | null;
  startHeapProfile?: StartHeapProfile | null;
}

/**
 * Clock, memory, GC and timers of this process (of this isolate, in a worker thread). Nothing of it keeps it alive.
 *
 * `watchMajorGcs` gives its floor up to 24 ms after `onMajorGc` where Buffers have to settle, and none if `forceGc` came
 * in between, whose floor is newer. Its callbacks must not throw: nobody would catch it.
 */
export function processRuntime(options: ProcessRuntimeOptions = {}): Runtime {
  const Profiler = options.Profiler === undefined ? nativeGcProfiler() : options.Profiler;
  const take = options.takeGc ?? takeGc;
  const now = (): number => performance.now();
  const types = new TypeTally();
  let forcedUntilMs = Number.NEGATIVE_INFINITY;
  const sampler = new HeapSampler({
    now,
    every,
    takeGc: take,
    loadInspector: options.loadInspector ?? loadInspector,
    startHeapProfile: options.startHeapProfile === undefined ? nativeHeapProfile() : options.startHeapProfile,
    otherProfiler: otherHeapProfiler,
    onForcedGc: (endMs) => {
      forcedUntilMs = endMs;
    },
  });
  return {
    sampler,
    now,
    date: () => new Date(),
    random: () => Math.random(),
    processCpuMs,
    readMemory,
    heapUsedBytes: readHeapUsed,
    every,
    afterGcsKnown,
    nextTurn(run, isAwaited) {
      // An immediate that holds nothing would not wake an idle process; a timer does.
      if (isAwaited) setImmediate(run);
      else delay(1, run);
    },
    watchMajorGcs(onFloor, onMajorGc, onCost = () => undefined, onGc = () => undefined) {
      const watch = new GcWatch({
        now,
        delay,
        Profiler,
        onFloor,
        onMajorGc,
        onCost,
        onGc,
        forcedUntilMs: () => forcedUntilMs,
      });
      return () => watch.stop();
    },
    canForceGc: () => take() !== null,
    forceGc() {
      const floor = forceFloor(take(), now);
      if (floor !== null) forcedUntilMs = floor.timeMs;
      return floor;
    },
    availableBytes: readAvailable,
    activeResources: () => process.getActiveResourcesInfo(),
    heapHandles: readHeapHandles,
    tallyTypes() {
      try {
        return types.read();
      } finally {
        // What is left of the objects' list would be in the floor of its GC.
        forcedUntilMs = now();
      }
    },
  };
}

function processCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function every(intervalMs: number, run: () => void): () => void {
  const timer = setInterval(run, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * A GC's entry is queued in the check phase after it and dispatched by an immediate made there; the second immediate
 * made from here comes after that one. Both hold the process for two turns only, so that a last job's spike is told.
 */
function afterGcsKnown(run: () => void): void {
  setImmediate(() => setImmediate(run));
}

function delay(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs);
  timer.unref();
  return () => clearTimeout(timer);
}
