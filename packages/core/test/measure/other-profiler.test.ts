import { describe, expect, it } from 'vitest';
import { otherHeapProfiler, otherHeapProfilerAmong } from '../../src/measure/other-profiler.ts';

describe('otherHeapProfilerAmong', () => {
  it.each([
    ['/app/node_modules/dd-trace/index.js', 'dd-trace'],
    ['/app/node_modules/.pnpm/dd-trace@5.0.0/node_modules/dd-trace/index.js', 'dd-trace'],
    ['C:\\app\\node_modules\\@datadog\\pprof\\out\\src\\index.js', '@datadog/pprof'],
    ['/app/node_modules/@pyroscope/nodejs/node_modules/@datadog/pprof/x.node', '@pyroscope/nodejs'],
  ])('finds %s', (file, tool) => {
    expect(otherHeapProfilerAmong(['/app/main.js', file])).toBe(tool);
  });

  it('names the tool that brought the library', () => {
    const files = ['/app/node_modules/@datadog/pprof/a.js', '/app/node_modules/dd-trace/index.js'];
    expect(otherHeapProfilerAmong(files)).toBe('dd-trace');
  });

  it.each(['/app/dd-trace/index.js', '/app/node_modules/dd-trace-api/index.js', '/app/pprof.js'])(
    'is not misled by %s',
    (file) => {
      expect(otherHeapProfilerAmong([file])).toBeNull();
    },
  );
});

describe('otherHeapProfiler', () => {
  it('finds none here', () => {
    expect(otherHeapProfiler()).toBeNull();
  });
});
