import type { FloorReading, Runtime, TypeReading } from '../src/internal-types.ts';
import { FakeSampler } from './fake-sampler.ts';

/** A process in the test's hand: clock, memory, GCs and timers move only when told to. */
export class FakeRuntime implements Runtime {
  nowMs = 0;
  cpuMs = 0;
  /** CPU that passes at every look at it: what the guard does between two looks costs as much. */
  cpuPerLookMs = 0;
  heapBytes = 20_000_000;
  arrayBuffersBytes = 0;
  externalBytes = 0;
  canForce = true;
  pauseMs = 5;
  watching = 0;
  readonly sampler: FakeSampler = new FakeSampler(() => this.forceGc());
  readonly timers = new Set<{ intervalMs: number; nextMs: number; run: () => void }>();
  #onFloor: (reading: FloorReading) => void = () => undefined;
  #onMajorGc: () => void = () => undefined;
  #onCost: (ms: number) => void = () => undefined;
  #onGc: (startMs: number, endMs: number) => void = () => undefined;
  #awaitGcs: (() => void)[] = [];

  now(): number {
    return this.nowMs;
  }

  date(): Date {
    return new Date(Date.UTC(2026, 0, 1, 12) + this.nowMs);
  }

  random(): number {
    return 0.5;
  }

  processCpuMs(): number {
    this.cpuMs += this.cpuPerLookMs;
    return this.cpuMs;
  }

  readMemory() {
    return {
      heapUsedBytes: this.heapBytes,
      rssBytes: 100_000_000,
      externalBytes: this.externalBytes + this.arrayBuffersBytes,
      arrayBuffersBytes: this.arrayBuffersBytes,
      heapLimitBytes: 2 ** 31,
    };
  }

  heapUsedBytes(): number {
    return this.heapBytes;
  }

  watchMajorGcs(
    onFloor: (reading: FloorReading) => void,
    onMajorGc: () => void,
    onCost: (ms: number) => void = () => undefined,
    onGc: (startMs: number, endMs: number) => void = () => undefined,
  ): () => void {
    this.#onFloor = onFloor;
    this.#onMajorGc = onMajorGc;
    this.#onCost = onCost;
    this.#onGc = onGc;
    this.watching += 1;
    return () => {
      this.watching -= 1;
      this.#onFloor = () => undefined;
    };
  }

  canForceGc(): boolean {
    return this.canForce;
  }

  forceGc(): FloorReading | null {
    return this.canForce ? this.reading(true) : null;
  }

  available: number | null = 2 ** 31;

  availableBytes(): number | null {
    return this.available;
  }

  activeKinds: string[] = [];
  handles = { detachedContexts: 0, globalHandleBytes: 8192 };

  activeResources(): readonly string[] {
    return this.activeKinds;
  }

  heapHandles() {
    return this.handles;
  }

  /** Live objects by type; a tally takes `tallyMs`. */
  types: ReadonlyMap<string, number> = new Map();
  tallyMs = 100;

  tallyTypes(): TypeReading {
    this.nowMs += this.tallyMs;
    const objects = [...this.types.values()].reduce((sum, count) => sum + count, 0);
    return { counts: new Map(this.types), objects, pauseMs: this.tallyMs };
  }

  every(intervalMs: number, run: () => void): () => void {
    const timer = { intervalMs, nextMs: this.nowMs + intervalMs, run };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  nextTurn(run: () => void): void {
    run();
  }

  afterGcsKnown(run: () => void): void {
    this.#awaitGcs.push(run);
  }

  /** A GC that ran before becomes known now. */
  gcKnown(startMs: number, endMs: number): void {
    this.#onGc(startMs, endMs);
  }

  /** Every GC so far is known. */
  allGcsKnown(): void {
    for (const run of this.#awaitGcs.splice(0)) run();
  }

  /** Watching GCs took so long. */
  watchingCost(ms: number): void {
    this.#onCost(ms);
  }

  /** A natural major GC happens now. */
  majorGc(): void {
    this.majorGcWithoutFloor();
    this.floorComes();
  }

  /** A natural major GC happens now, and its floor is read later. */
  majorGcWithoutFloor(): void {
    this.#onMajorGc();
  }

  floorComes(): void {
    this.#onFloor(this.reading(false));
  }

  /** Lets time pass; timers fire when they are due. */
  pass(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      const due = [...this.timers].filter((t) => t.nextMs <= endMs).sort((a, b) => a.nextMs - b.nextMs)[0];
      if (due === undefined) break;
      this.nowMs = due.nextMs;
      due.nextMs += due.intervalMs;
      due.run();
    }
    this.nowMs = endMs;
  }

  /** The process is stopped for so long, then goes on: timers that came due meanwhile fire once, as Node's do. */
  stop(ms: number): void {
    this.nowMs += ms;
    for (const timer of [...this.timers].sort((a, b) => a.nextMs - b.nextMs)) {
      if (timer.nextMs > this.nowMs) continue;
      timer.nextMs = this.nowMs + timer.intervalMs;
      timer.run();
    }
  }

  reading(forced: boolean): FloorReading {
    return {
      timeMs: this.nowMs,
      heapBytes: this.heapBytes,
      oldSpaceBytes: this.heapBytes * 0.9,
      externalBytes: this.externalBytes + this.arrayBuffersBytes,
      arrayBuffersBytes: this.arrayBuffersBytes,
      forced,
      pauseMs: this.pauseMs,
    };
  }
}
