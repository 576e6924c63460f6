import { EventEmitter } from 'node:events';
import type { Child } from 'bullmq';
import { afterEach, expect, it, vi } from 'vitest';
import type { Isolate } from '../../src/pool/isolate.ts';
import { Retirements } from '../../src/pool/retirement.ts';
import { startIsolate } from '../../src/pool/start-isolate.ts';

afterEach(() => void vi.useRealTimers());

function childThatLeaves(): Child {
  const child = Object.assign(new EventEmitter(), {
    exitCode: null,
    signalCode: null,
    init: async () => undefined,
    send: async () => void child.emit('exit', 0, null),
  });
  return child as unknown as Child;
}

it('an isolate that left in time leaves no timer behind', async () => {
  vi.useFakeTimers();
  const retirements = new Retirements();
  const leaving = retirements.retire({ child: childThatLeaves() } as Isolate);
  expect(retirements.count).toBe(1);
  await leaving;
  expect(retirements.count).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});

it('an isolate that started in time leaves no timer behind', async () => {
  vi.useFakeTimers();
  const child = childThatLeaves();
  await startIsolate(child, { timeoutMs: 30_000, initFailed: 1 });
  expect(vi.getTimerCount()).toBe(0);
  child.emit('exit', 0, null);
});
