import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { guardServer } from '../../src/http/guard-server.ts';
import { listenerCounts } from '../../src/measure/listener-counts.ts';
import { processRuntime } from '../../src/measure/process-runtime.ts';
import { resourceCounts } from '../../src/measure/resource-counters.ts';
import { noteEmitter, seenEmitters } from '../../src/measure/seen-emitters.ts';
import { FakeRuntime } from '../fake-runtime.ts';

const countOf = (counts: readonly { name: string; value: number }[], name: string) =>
  counts.find((count) => count.name === name)?.value;

describe('the counts of this process', () => {
  it('have timers, listeners of process, detached contexts and global handles', () => {
    const runtime = processRuntime();
    const before = resourceCounts(runtime, 0);
    const timers = Array.from({ length: 20 }, () => setTimeout(() => undefined, 1e6));
    const listener = () => undefined;
    process.on('SIGWINCH', listener);
    const after = resourceCounts(runtime, 0);
    for (const timer of timers) clearTimeout(timer);
    process.off('SIGWINCH', listener);
    const gained = (name: string) => countOf(after, name)! - (countOf(before, name) ?? 0);
    expect(gained('active Timeout')).toBe(20);
    // The first listener of a signal adds Node's own, too.
    expect(gained('listeners on process')).toBeGreaterThanOrEqual(1);
    expect(countOf(after, 'detached contexts')).toBeGreaterThanOrEqual(0);
    expect(countOf(after, 'global handles (bytes)')).toBeGreaterThan(1000);
  });

  it('have the 24 most frequent kinds of active resources', () => {
    const runtime = new FakeRuntime();
    runtime.activeKinds = Array.from({ length: 30 }, (_, k) => Array<string>(k + 1).fill(`Kind${k}`)).flat();
    const kinds = resourceCounts(runtime, 0).filter(({ name }) => name.startsWith('active '));
    expect(kinds).toHaveLength(24);
    expect(kinds[0]).toEqual({ name: 'active Kind29', value: 30 });
  });

  it('have the listeners of a server that guardServer guards', () => {
    const server = createServer();
    guardServer(server, { enabled: true, logGrowth: false });
    server.setMaxListeners(0);
    for (let k = 0; k < 12; k++) server.on('connection', () => undefined);
    const name = seenEmitters().find(({ emitter }) => emitter === server)!.name;
    expect(name).toMatch(/^Server/);
    const counts = resourceCounts(new FakeRuntime(), 0);
    // `node:http` listens to connections itself.
    expect(countOf(counts, `listeners 'connection' on ${name}`)).toBe(13);
  });
});

describe('emitters that were seen', () => {
  it('are noted once, are told apart, and are sixteen at most', () => {
    const emitters = Array.from({ length: 30 }, () => new EventEmitter());
    for (const emitter of emitters) noteEmitter(emitter, 'Bus');
    noteEmitter(emitters[0]!, 'Other');
    const names = seenEmitters().map(({ name }) => name);
    expect(names).toHaveLength(16);
    expect(new Set(names).size).toBe(16);
    expect(names).toContain('Bus#2');
    expect(names).not.toContain('Other');
    expect(emitters).toHaveLength(30);
  });
});

describe('the listeners of an emitter', () => {
  it('are counted together, and by event where there are ten or more', () => {
    const emitter = new EventEmitter().setMaxListeners(0);
    for (let k = 0; k < 12; k++) emitter.on('data', () => undefined);
    const secret = Symbol('secret');
    for (let k = 0; k < 10; k++) emitter.on(secret, () => undefined);
    emitter.on('end', () => undefined);
    expect(listenerCounts(emitter, 'Bus')).toEqual([
      { name: 'listeners on Bus', value: 23 },
      { name: "listeners 'data' on Bus", value: 12 },
      { name: 'listeners Symbol(secret) on Bus', value: 10 },
    ]);
  });

  it('are counted where every event has a name of its own', () => {
    const emitter = new EventEmitter();
    for (let k = 0; k < 2500; k++) emitter.on(`answer:${k}`, () => undefined);
    expect(listenerCounts(emitter, 'Bus')).toEqual([{ name: 'listeners on Bus', value: 2500 }]);
  });

  it('are none of an emitter that answers with nonsense', () => {
    const emitter = new EventEmitter();
    emitter.eventNames = () => {
      throw new Error('must not be called');
    };
    emitter.on('data', () => undefined);
    expect(listenerCounts(emitter, 'Bus')).toEqual([{ name: 'listeners on Bus', value: 1 }]);
  });
});
