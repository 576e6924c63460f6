import { AllocationSnapshot } from '../../src/report/allocation-snapshot.ts';
import { type ResolvedStack, type SnapshotInputs, snapshotData } from '../../src/report/snapshot-data.ts';
import type { Frame } from '../../src/site-types.ts';

/** What one sample stands for. */
export const KIB_64 = 64 * 1024;

export function frame(name: string, file = 'src/users.ts', line = 41): Frame {
  return { function: name, file, line, column: 3 };
}

/** So many samples of 64 KiB on a stack, with these ordinals. */
export function stackOf(
  frames: readonly Frame[],
  ordinals: readonly number[],
  scope: string | null = null,
): ResolvedStack {
  const samples = ordinals.length;
  return { frames, scope, samples, ordinals, bytes: samples * KIB_64, variance: samples * KIB_64 ** 2 };
}

/** Whole numbers from `from`, `count` of them. */
export function ordinals(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}

export function snapshotOf(
  stacks: readonly ResolvedStack[] | null,
  inputs: Partial<SnapshotInputs> = {},
): AllocationSnapshot {
  const MB = 1024 ** 2;
  return new AllocationSnapshot(
    snapshotData({
      ...{ time: '2026-11-22T14:02:09.000Z', pid: 4242, threadId: null, process: 'p1', node: 'v20.20.2' },
      ...{ uptimeMs: 600_000, samplingIntervalBytes: KIB_64, costMs: 210, pauseMs: 45 },
      memory: {
        ...{ floorBytes: 82 * MB, heapUsedBytes: 90 * MB, rssBytes: 200 * MB, externalBytes: 4 * MB },
        ...{ arrayBuffersBytes: MB, heapLimitBytes: 2048 * MB, floorSlopeBytesPerHour: null },
        ...{ growing: [], forecast: null },
      },
      scopes: [{ scope: 'GET /users/:id', kind: 'route', units: 1200 }],
      stacks,
      unavailable: null,
      ...inputs,
    }),
  );
}
