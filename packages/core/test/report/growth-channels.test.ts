import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { guardOn } from '../../src/guard.ts';
import { publish } from '../../src/report/growth-channels.ts';
import { type GrowthLogLine, growthLogLine } from '../../src/report/growth-log-line.ts';
import type { GuardOptions, Logger } from '../../src/types.ts';
import { FakeRuntime } from '../fake-runtime.ts';
import { faults, schema } from './growth-log-schema.ts';
import { linesIn, temporaryFolder } from './temporary-folder.ts';

const SILENT: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

/** What comes on a channel from now on, until the test ends. */
function messagesOn(event: string): GrowthLogLine[] {
  const messages: GrowthLogLine[] = [];
  const onMessage = (message: unknown): void => void messages.push(message as GrowthLogLine);
  subscribe(`leakguard:${event}`, onMessage);
  cleanUps.push(() => unsubscribe(`leakguard:${event}`, onMessage));
  return messages;
}

/** Two queues, one of which leaks in every job of two minutes. */
function leak(options: GuardOptions) {
  const runtime = new FakeRuntime();
  const guard = guardOn(runtime, { enabled: true, level: 'prove', logger: SILENT, ...options });
  const [leaky, honest] = [guard.scope('job', 'leaky'), guard.scope('job', 'honest')];
  for (let second = 0; second < 120; second++) {
    const units = 100 + ((second * 7919) % 211);
    for (let n = 0; n < units; n++) guard.begin().end(leaky);
    for (let n = 0; n < 300 - units + ((second * 31) % 97); n++) guard.begin().end(honest);
    runtime.heapBytes += 3000 * units;
    runtime.cpuMs += 500;
    runtime.pass(1000);
  }
  return guard;
}

describe('the diagnostics channels', () => {
  it('carry the lines of the log file, without one as well', () => {
    const [growth, leaks, memory] = ['growth', 'leak', 'memory'].map(messagesOn);
    leak({});
    expect(growth).toMatchObject([{ event: 'growth', scope: 'leaky', pid: process.pid }]);
    expect(leaks).toMatchObject([{ event: 'leak', scope: 'leaky' }]);
    expect(memory).toMatchObject([{ event: 'memory' }, { event: 'memory' }]);
    const validate = schema('growth-log');
    for (const message of [...growth!, ...leaks!, ...memory!]) expect(faults(validate, message)).toEqual([]);
  });

  it('carry the same as the file where there is one, and one memory message at close', async () => {
    const folder = temporaryFolder();
    const memory = messagesOn('memory');
    const guard = leak({ logFile: join(folder, 'growth.ndjson') });
    await guard.close();
    const lines = Object.values(linesIn(folder))
      .flat()
      .map((line) => JSON.parse(line));
    expect(lines.filter(({ event }) => event === 'memory')).toEqual(memory);
    expect(memory).toHaveLength(3);
  });

  it('have a spike and no notice', () => {
    const [spikes, notices] = ['spike', 'notice'].map(messagesOn);
    const time = new Date(0).toISOString();
    publish(
      growthLogLine(time, { event: 'spike', scope: 'GET /', kind: 'route', bytes: 2e6, suppressed: 0 }),
    );
    publish(growthLogLine(time, { event: 'notice', message: 'once' }));
    expect(spikes).toMatchObject([{ event: 'spike', bytes: 2e6 }]);
    expect(notices).toEqual([]);
  });
});
