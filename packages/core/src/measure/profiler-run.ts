import * as v8 from 'node:v8';
import type { InspectorLink, Post } from './inspector-link.ts';
import type { SamplingProfile } from './sampling-profile.ts';

/** How V8's profiler runs for us. Its methods throw what V8 or Node answers with. */
export interface ProfilerRun {
  /** True if `profile` forces a full GC. */
  readonly forcesGc: boolean;
  profile(): SamplingProfile;
  /** Ends the profiler, whoever runs it by now. Forces no GC. Not called, the profiler is left to them. */
  stop(): void;
}

/** `v8.startHeapProfile` of Node 26; its types are those of a later Node than ours. */
export type StartHeapProfile = (options: { sampleInterval: number; stackDepth: number }) => {
  stop(): string;
};

/** The profiler is another tool's. */
export class ProfilerTaken extends Error {
  constructor(
    message = "V8's only sampling heap profiler is already in use in this process",
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Enough for a handler under a dozen layers of its framework. Node 20 to 24 ignore it and keep up to 128 frames.
 */
const STACK_DEPTH = 64;

/** Node's own way to start the profiler, null before Node 26. */
export function nativeHeapProfile(): StartHeapProfile | null {
  const start = (v8 as { startHeapProfile?: StartHeapProfile }).startHeapProfile;
  return typeof start === 'function' ? start : null;
}

/**
 * Starts the profiler by `v8.startHeapProfile`. It belongs to no session, so none has to stay open; it says by itself that
 * the profiler is taken; and reads of it force no GC, where those of a profiler that the inspector started always do.
 */
export function startNative(
  start: StartHeapProfile,
  link: InspectorLink,
  intervalBytes: number,
): ProfilerRun {
  // Denied here is denied at every read: `--permission` forbids the inspector and not `startHeapProfile`.
  link.use(() => undefined);
  const handle = ownHandle(() => start({ sampleInterval: intervalBytes, stackDepth: STACK_DEPTH }));
  return {
    forcesGc: false,
    profile: () => link.use(profileOf),
    stop: () => handle.stop(),
  };
}

function ownHandle<T>(start: () => T): T {
  try {
    return start();
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== 'ERR_HEAP_PROFILE_HAVE_BEEN_STARTED') throw error;
    throw new ProfilerTaken(undefined, { cause: error });
  }
}

/**
 * Starts the profiler through the inspector, in a session that has to stay open: its end would end the profiler. A second
 * start is answered with OK and ignored, so it is asked first whether one runs; if so the answer costs a full GC, else none.
 */
export function startInInspector(link: InspectorLink, intervalBytes: number): ProfilerRun {
  link.hold();
  try {
    link.use((post) => {
      if (isStarted(post)) throw new ProfilerTaken();
      post('HeapProfiler.startSampling', { samplingInterval: intervalBytes, stackDepth: STACK_DEPTH });
    });
  } catch (error) {
    link.release();
    throw error;
  }
  return {
    forcesGc: true,
    profile() {
      link.discardConsole();
      return link.use(profileOf);
    },
    stop: () => link.release(),
  };
}

/** True if an error says that no profiler runs: somebody else stopped ours. */
export function isStopped(error: unknown): boolean {
  return error instanceof Error && error.message.includes('was not started');
}

function isStarted(post: Post): boolean {
  try {
    profileOf(post);
    return true;
  } catch (error) {
    if (isStopped(error)) return false;
    throw error;
  }
}

function profileOf(post: Post): SamplingProfile {
  return post<{ profile: SamplingProfile }>('HeapProfiler.getSamplingProfile').profile;
}
