import type { AllocationSnapshotData } from '@leakguard/core/snapshot';

const MB = 1024 ** 2;
const SAMPLE = 65_536;

/** A snapshot in which `loadUser` has so many samples, as a process writes it. */
export function snapshotData(
  samples: number,
  changes: Partial<AllocationSnapshotData> = {},
): AllocationSnapshotData {
  const frame = { function: 'loadUser', file: 'src/users.ts', line: 41, column: 3 };
  const stack = {
    scope: 'GET /users/:id',
    bytes: samples * SAMPLE,
    samples,
    variance: samples * SAMPLE ** 2,
  };
  return {
    ...{ v: 1, kind: 'leakguard.allocations', time: '2026-11-22T14:02:09.000Z', pid: process.pid },
    ...{
      process: 'p1',
      node: 'v20.20.2',
      uptimeMs: samples * 1000,
      unavailable: null,
      costMs: 20,
      pauseMs: 9,
    },
    memory: {
      ...{ floorBytes: 82 * MB, heapUsedBytes: 90 * MB, rssBytes: 200 * MB, externalBytes: MB },
      ...{ arrayBuffersBytes: MB, heapLimitBytes: 2048 * MB, floorSlopeBytesPerHour: null },
      ...{ growing: [], forecast: null },
    },
    scopes: [{ scope: 'GET /users/:id', kind: 'route', units: 1200 }],
    samplingIntervalBytes: SAMPLE,
    frames: [frame],
    stacks: [{ stack: [0], ...stack }],
    ...changes,
  };
}
