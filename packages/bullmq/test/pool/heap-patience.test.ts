import { describe, expect, it } from 'vitest';
import { HeapPatience } from '../../src/pool/heap-patience.ts';
import type { Isolate } from '../../src/pool/isolate.ts';
import { WarnOnce } from '../../src/warn-once.ts';
import { warningsOf } from '../warnings.ts';

const MB = 1_048_576;

function left(firstMb: number, afterJobs: number, lastMb: number, jobs = 20): Isolate {
  return {
    firstAbove: { jobs: afterJobs, heapBytes: firstMb * MB },
    heapBytes: lastMb * MB,
    jobs,
  } as Isolate;
}

function patience(): HeapPatience {
  return new HeapPatience(20, 40 * MB, new WarnOnce());
}

describe('the patience with memory', () => {
  it('doubles with each isolate in a row that is above from its start and grows no further, after one warning', async () => {
    const warnings = warningsOf('LEAKGUARD_HEAP_BASELINE');
    const heap = patience();
    const minJobs = Array.from({ length: 4 }, () => {
      heap.left(left(70, 0, 72, 46));
      return heap.minJobs(left(70, 0, 72));
    });
    expect(minJobs).toEqual([20, 40, 80, 160]);
    for (let more = 0; more < 50; more++) heap.left(left(70, 0, 72));
    expect(heap.minJobs(left(70, 0, 72))).toBe(20 * 1024);
    // One that leaks after all.
    expect(heap.minJobs(left(70, 0, 90))).toBe(20);
    expect(await warnings.all()).toEqual([
      `leakguard: isolates hold more than maxHeapPerWorker (${40 * MB}) soon after their start and grow no further: the last one ` +
        `held ${70 * MB} bytes after 1 jobs and ${72 * MB} after 46. Recycling them gives nothing back, so memory recycles them ` +
        'more and more seldom. Raise maxHeapPerWorker.',
    ]);
  });

  it.each([
    ['grow on, however soon they are above', left(41, 3, 200)],
    ['are above later only, for they grew until then', left(41, 25, 42)],
    ['were killed before they said anything', { firstAbove: null, heapBytes: null, jobs: 20 } as Isolate],
  ])('stays with isolates that %s', async (_, isolate) => {
    const warnings = warningsOf('LEAKGUARD_HEAP_BASELINE');
    const heap = patience();
    for (let n = 0; n < 5; n++) heap.left(isolate);
    expect(heap.minJobs(left(70, 0, 70))).toBe(20);
    expect(await warnings.all()).toEqual([]);
  });

  it('ends where an isolate grows', () => {
    const heap = patience();
    for (let n = 0; n < 5; n++) heap.left(left(70, 0, 70));
    heap.left(left(70, 0, 140, 160));
    expect(heap.minJobs(left(70, 0, 70))).toBe(20);
  });
});
