import { processRuntime } from '@leakguard/core/isolate';
import { leakguardMiddleware } from './variants.mjs';

const KB = 1024;
/** Datadog and Pyroscope take one a minute. A start of this bench is shorter than that. */
const PPROF_PROFILE_MS = 10_000;

/**
 * V8's sampling heap profiler against nothing. It runs from the start: in a guard it begins later, and a start of this
 * bench would be over.
 *
 * @param {import('./app.mjs').Framework} framework @returns {Record<string, import('./variants.mjs').Variant>}
 */
export function profilerVariantsOf(framework) {
  const sampling = (kilobytes) => ({
    title: `sampling heap profiler, ${kilobytes} KB`,
    every: 1,
    middleware: async () => startSampler(kilobytes),
  });
  return {
    bare: { title: 'bare', every: 1, middleware: async () => null },
    again: { title: 'bare again (the resolution)', every: 1, middleware: async () => null },
    watch: {
      title: 'leakGuard, profiler off',
      every: 1,
      middleware: () => leakguardMiddleware(framework, { profiler: false }),
    },
    leakguard: {
      title: 'leakGuard at `watch` + 64 KB',
      every: 1,
      async middleware() {
        startSampler(64);
        return leakguardMiddleware(framework, { profiler: false });
      },
    },
    sampler64: sampling(64),
    sampler16: sampling(16),
    pprof: { title: '@datadog/pprof heap, each 10 s', every: 1, middleware: startPprof },
  };
}

/** Starts leakguard's sampler, without anything that reads it. */
function startSampler(kilobytes) {
  const { sampler } = processRuntime();
  sampler.start(kilobytes * KB);
  if (sampler.unavailable !== null) throw new Error(`no sampler: ${sampler.unavailable}`);
  return null;
}

/** As its users run it: 512 KB, 64 frames, a profile now and then, which forces no GC. */
async function startPprof() {
  const { default: pprof } = await import('@datadog/pprof');
  pprof.heap.start(512 * KB, 64);
  setInterval(() => pprof.heap.profile(), PPROF_PROFILE_MS).unref();
  return null;
}
