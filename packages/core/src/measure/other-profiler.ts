import { createRequire } from 'node:module';
import { contained } from '../contain.ts';

/** Tools that use V8's sampling heap profiler, or may at any time. */
const TOOLS = ['dd-trace', '@pyroscope/nodejs', '@datadog/pprof'] as const;

/** Where dd-trace leaves itself, bundled or not. */
const DD_TRACE = Symbol.for('dd-trace');

/**
 * The tool in this isolate that wants V8's only sampling heap profiler, by its package name, or null.
 *
 * Read from the CommonJS cache: all three are CommonJS underneath (Pyroscope's ES module loads `@datadog/pprof`, whose
 * native part only `require` can load), and what `import` loads of CommonJS is in there too (tried on Node 20, 22, 24, 26).
 * Cannot see a tool that was bundled into the app, dd-trace excepted, nor one in another thread, which has a profiler of its own.
 */
export function otherHeapProfiler(): string | null {
  if (DD_TRACE in globalThis || '_ddtrace' in globalThis) return 'dd-trace';
  const files = contained(() => Object.keys(createRequire(process.execPath).cache), []);
  return otherHeapProfilerAmong(files);
}

/** The same of these files, outermost tool first: dd-trace and Pyroscope bring `@datadog/pprof` with them. */
export function otherHeapProfilerAmong(files: readonly string[]): string | null {
  const paths = files.map((file) => file.replaceAll('\\', '/'));
  return TOOLS.find((tool) => paths.some((path) => path.includes(`/node_modules/${tool}/`))) ?? null;
}
