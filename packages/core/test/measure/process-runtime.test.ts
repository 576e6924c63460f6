import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import type { FloorReading } from '../../src/internal-types.ts';
import { type ProcessRuntimeOptions, processRuntime } from '../../src/measure/process-runtime.ts';
import { allocateUntil, turnUntil } from './gc-turns.ts';

const MB = 1024 * 1024;
const stops: (() => void)[] = [];

function watched(options: ProcessRuntimeOptions = {}) {
  const runtime = processRuntime(options);
  const floors: FloorReading[] = [];
  const order: string[] = [];
  const stop = runtime.watchMajorGcs(
    (floor) => {
      floors.push(floor);
      order.push('floor');
    },
    () => order.push('gc'),
  );
  stops.push(stop);
  return { runtime, floors, order, stop };
}

/** V8's own `gc`, as another library would take it. */
function foreignGc(): () => void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  return gc;
}

/** Our own floor, when what tests before left has been let go: on a busy machine 29 MB of them outlived the first GC once. */
async function settledFloor(runtime: ReturnType<typeof processRuntime>): Promise<FloorReading> {
  let floor = runtime.forceGc()!;
  for (
    let before = Number.POSITIVE_INFINITY, tries = 0;
    before - floor.heapBytes > 0.5 * MB && tries < 20;
    tries++
  ) {
    before = floor.heapBytes;
    await turnUntil(() => false, 5);
    floor = runtime.forceGc()!;
  }
  return floor;
}

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

describe('forceGc', () => {
  it('works without flags and leaves no gc behind in new contexts', () => {
    expect(globalThis.gc).toBeUndefined();
    expect(processRuntime().forceGc()).toMatchObject({ forced: true });
    expect(runInNewContext('typeof gc')).toBe('undefined');
  });

  it('shows a retained Buffer, and none of it right after its release', () => {
    const runtime = processRuntime();
    const before = runtime.forceGc()!;
    let held: Buffer[] | null = Array.from({ length: 1000 }, () => Buffer.alloc(20_000));
    const during = runtime.forceGc()!;
    expect(during.arrayBuffersBytes - before.arrayBuffersBytes).toBeCloseTo(20_000_000, -5);
    expect(held.length).toBe(1000);
    held = null;
    const after = runtime.forceGc()!;
    expect(Math.abs(after.arrayBuffersBytes - before.arrayBuffersBytes)).toBeLessThan(0.1 * MB);
    expect(Math.abs(after.externalBytes - before.externalBytes)).toBeLessThan(0.3 * MB);
  });

  it('reads retained objects in heap and old space, and no garbage', () => {
    const runtime = processRuntime();
    const before = runtime.forceGc()!;
    const held = Array.from({ length: 100_000 }, (_, i) => ({ i, inner: { i } }));
    const during = runtime.forceGc()!;
    for (let i = 0; i < 100_000; i += 1) JSON.parse('{"a":{"b":1}}');
    const again = runtime.forceGc()!;
    expect(held.length).toBe(100_000);
    expect(during.oldSpaceBytes - before.oldSpaceBytes).toBeGreaterThan(4 * MB);
    expect(Math.abs(again.heapBytes - during.heapBytes)).toBeLessThan(0.5 * MB);
    expect(during.pauseMs).toBeGreaterThan(0);
    expect(again.timeMs).toBeGreaterThan(during.timeMs);
  });

  it('gives null where gc cannot be had or throws', () => {
    const refuse = (): never => {
      throw new Error('refused');
    };
    expect(processRuntime({ takeGc: () => null }).forceGc()).toBeNull();
    expect(processRuntime({ takeGc: () => null }).canForceGc()).toBe(false);
    expect(processRuntime().canForceGc()).toBe(true);
    expect(processRuntime({ takeGc: () => refuse }).forceGc()).toBeNull();
  });
});

describe('watchMajorGcs', () => {
  it('reports natural major GCs with a floor below the heap in use', async () => {
    const { floors, order } = watched();
    expect(await allocateUntil(() => floors.length >= 2)).toBe(true);
    for (const floor of floors) {
      expect(floor.forced).toBe(false);
      expect(floor.heapBytes).toBeGreaterThan(MB);
      expect(floor.oldSpaceBytes).toBeLessThan(floor.heapBytes);
      expect(floor.pauseMs).toBeGreaterThan(0);
      expect(floor.externalBytes).toBeGreaterThanOrEqual(floor.arrayBuffersBytes);
    }
    expect(order.slice(0, 2)).toEqual(['gc', 'floor']);
  });

  it('reports a GC that another library forced, close to our own floor', async () => {
    const { runtime, floors } = watched();
    const truth = await settledFloor(runtime);
    await turnUntil(() => false, 5);
    foreignGc()();
    expect(await turnUntil(() => floors.length === 1)).toBe(true);
    expect(Math.abs(floors[0]!.heapBytes - truth.heapBytes)).toBeLessThan(2 * MB);
    expect(Math.abs(floors[0]!.arrayBuffersBytes - truth.arrayBuffersBytes)).toBeLessThan(MB);
  });

  it('comes as close without GCProfiler, and with one that throws', async () => {
    const Broken = class {
      start(): void {
        throw new Error('no profiler');
      }
      stop(): undefined {}
    };
    for (const Profiler of [null, Broken]) {
      const { runtime, floors, stop } = watched({ Profiler });
      const truth = await settledFloor(runtime);
      await turnUntil(() => false, 5);
      foreignGc()();
      expect(await turnUntil(() => floors.length === 1)).toBe(true);
      expect(Math.abs(floors[0]!.heapBytes - truth.heapBytes)).toBeLessThan(2 * MB);
      stop();
    }
  });

  it('does not report the GCs that it forced', async () => {
    const { runtime, floors, order } = watched();
    runtime.forceGc();
    runtime.forceGc();
    await turnUntil(() => false, 50);
    expect(floors).toEqual([]);
    expect(order).toEqual([]);
  });

  it('gives one floor for several major GCs in one turn', async () => {
    const { floors } = watched();
    const gc = foreignGc();
    gc();
    gc();
    await turnUntil(() => false, 50);
    expect(floors.length).toBe(1);
  });

  it('reports nothing after it was stopped, twice', async () => {
    const { floors, stop } = watched();
    foreignGc()();
    stop();
    stop();
    await turnUntil(() => false, 50);
    expect(floors).toEqual([]);
  });
});

describe('a process with a watcher, a timer and a floor that settles', () => {
  it('ends by itself', async () => {
    const source = fileURLToPath(new URL('../../src/measure/process-runtime.ts', import.meta.url));
    // So many objects that V8 must collect: a GC that is only due because the start of Vite left it may be over by then.
    const built = `import { createServer } from 'vite';
      const server = await createServer({ server: { middlewareMode: true, ws: false, watch: null }, appType: 'custom', logLevel: 'silent' });
      const { processRuntime } = await server.ssrLoadModule(${JSON.stringify(source)});
      await server.close();
      const runtime = processRuntime();
      globalThis.held = Buffer.alloc(20e6);
      runtime.watchMajorGcs(() => process.stdout.write('floor '), () => process.stdout.write('gc '));
      runtime.every(60_000, () => undefined);
      const ring = [];
      let majors = 0;
      runtime.watchMajorGcs(() => undefined, () => { majors += 1; });
      for (let turn = 0; turn < 2000 && majors === 0; turn += 1) {
        for (let i = 0; i < 5000; i += 1) ring[Math.floor(Math.random() * 400000)] = { i, text: 'x' + i };
        await new Promise((resolve) => setImmediate(resolve));
      }
      process.stdout.write('end');`;
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', built], {
      timeout: 60_000,
    });
    const { stdout } = await run;
    expect(stdout).toContain('gc ');
    expect(stdout).toContain('end');
  }, 90_000);
});

describe('clock and memory', () => {
  it('run on, and timers can be stopped', async () => {
    const runtime = processRuntime();
    let ticks = 0;
    const stop = runtime.every(1, () => {
      ticks += 1;
    });
    await turnUntil(() => ticks > 1, 1_000_000);
    stop();
    const seen = ticks;
    await turnUntil(() => false, 50);
    expect(ticks).toBe(seen);
    expect(seen).toBeGreaterThan(1);
    expect(runtime.processCpuMs()).toBeGreaterThan(0);
    expect(runtime.now()).toBeGreaterThan(0);
    expect(runtime.date()).toBeInstanceOf(Date);
    expect(runtime.random()).toBeLessThan(1);
    const memory = runtime.readMemory();
    expect(memory.heapUsedBytes).toBeLessThan(memory.heapLimitBytes);
    expect(memory.rssBytes).toBeGreaterThan(memory.arrayBuffersBytes);
  });
});
