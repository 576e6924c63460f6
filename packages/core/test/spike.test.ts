import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { guardOn } from '../src/guard.ts';
import type { Guard, GuardOptions, ScopeId, Seen, SpikeReport } from '../src/types.ts';
import { FakeRuntime } from './fake-runtime.ts';

const MB = 1024 * 1024;

let guard: Guard;
afterEach(() => guard?.close());

function watched(options: GuardOptions = {}) {
  const runtime = new FakeRuntime();
  const lines: [object, string][] = [];
  const spikes: SpikeReport[] = [];
  const info = (fields: object, message: string) => lines.push([fields, message]);
  guard = guardOn(runtime, {
    enabled: true,
    logger: { info, warn: () => undefined, error: () => undefined },
    ...options,
  });
  guard.on('spike', (spike) => spikes.push(spike));
  const run = (scope: ScopeId, bytes: number, seen?: Seen): void => {
    const unit = guard.begin();
    runtime.heapBytes += bytes;
    runtime.nowMs += 5;
    unit.end(scope, seen);
  };
  return { runtime, lines, spikes, run };
}

describe('spikes', () => {
  it('tells of a unit that allocated a lot, in one line and one event', () => {
    const { runtime, lines, spikes, run } = watched();
    run(guard.scope('job', 'report:build'), 12 * MB);
    expect(spikes).toEqual([]);
    runtime.allGcsKnown();
    const spike = { scope: 'report:build', kind: 'job', bytes: 12 * MB, suppressed: 0 };
    expect(spikes).toEqual([spike]);
    expect(lines).toEqual([
      [{ v: 1, event: 'spike', ...spike }, 'SPIKE  report:build  one job allocated 12 MB'],
    ]);
  });

  it('counts spikes that got no line into the next one', () => {
    const { runtime, lines, run } = watched();
    const scope = guard.scope('route', 'GET /export');
    for (let n = 0; n < 3; n++) {
      run(scope, 2 * MB);
      runtime.allGcsKnown();
    }
    runtime.pass(60_000);
    run(scope, 3 * MB);
    runtime.allGcsKnown();
    expect(lines.map(([, message]) => message)).toEqual([
      'SPIKE  GET /export  one request allocated 2 MB',
      'SPIKE  GET /export  one request allocated 3 MB, 2 more since the last line',
    ]);
  });

  it('says nothing of units that overlapped', () => {
    const { runtime, spikes, run } = watched();
    const scope = guard.scope('route', 'GET /export');
    const other = guard.begin();
    run(scope, 20 * MB);
    other.end(scope);
    runtime.allGcsKnown();
    expect(spikes).toEqual([]);
  });

  it('says nothing of units that ran in another isolate, and goes on with those that did not', () => {
    const { runtime, spikes, run } = watched();
    const scope = guard.scope('job', 'report:build');
    run(scope, 20 * MB, { elsewhere: true });
    runtime.allGcsKnown();
    expect(spikes).toEqual([]);
    run(scope, 20 * MB);
    runtime.allGcsKnown();
    expect(spikes).toHaveLength(1);
  });

  it('says nothing when a GC fell inside, and nothing after close', async () => {
    const { runtime, spikes, run } = watched();
    const scope = guard.scope('route', 'GET /export');
    run(scope, 20 * MB);
    runtime.gcKnown(runtime.nowMs - 2, runtime.nowMs - 1);
    runtime.allGcsKnown();
    run(scope, 20 * MB);
    await guard.close();
    runtime.allGcsKnown();
    expect(spikes).toEqual([]);
  });

  it('takes the threshold from the options', () => {
    const { runtime, spikes, run } = watched({ spikeThreshold: '4KB' });
    run(guard.scope('route', 'GET /export'), 4096);
    runtime.allGcsKnown();
    expect(spikes).toHaveLength(1);
  });

  it('measures a real unit to within a tenth, and none with a real GC inside', () => {
    const script = fileURLToPath(new URL('spike-program.mjs', import.meta.url));
    const flags = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64'];
    const output = execFileSync(process.execPath, [...flags, script], { encoding: 'utf8' });
    const { spikes, trueBytes } = JSON.parse(output) as { spikes: SpikeReport[]; trueBytes: number };
    expect(spikes.map(({ scope, kind }) => [scope, kind])).toEqual([['mail:big', 'job']]);
    expect(spikes[0]!.bytes / trueBytes).toBeGreaterThan(0.9);
    expect(spikes[0]!.bytes / trueBytes).toBeLessThan(1.1);
  }, 90_000);
});
