import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { recordEvent } from '../../src/adapter/record-event.ts';
import { guardOn } from '../../src/guard.ts';
import { getGuard } from '../../src/shared-guard.ts';
import type { AuditEvent, Guard, GuardOptions, Logger, RecycleEvent } from '../../src/types.ts';
import { FakeRuntime } from '../fake-runtime.ts';
import { faults, schema } from './growth-log-schema.ts';
import { linesIn, temporaryFolder } from './temporary-folder.ts';
import { AUDIT, RECYCLE } from './told-events.ts';

const logged: [string, object, string][] = [];
const at = (level: string) => (fields: object, message: string) => void logged.push([level, fields, message]);
const logger: Logger = { info: at('info'), warn: at('warn'), error: at('error') };

afterEach(() => {
  logged.length = 0;
});

function setUp(options: GuardOptions = {}): { guard: Guard; lines: () => unknown[] } {
  const folder = temporaryFolder();
  const logFile = join(folder, 'growth.ndjson');
  const guard = guardOn(new FakeRuntime(), { enabled: true, logger, logFile, ...options });
  const lines = (): unknown[] =>
    Object.values(linesIn(folder))
      .flat()
      .map((line) => JSON.parse(line));
  return { guard, lines };
}

describe('recordEvent', () => {
  it('writes a recycled isolate to the log file and, as information, to the logger', () => {
    const { guard, lines } = setUp();
    recordEvent(guard, RECYCLE);
    expect(lines()).toEqual([{ v: 1, time: '2026-01-01T12:00:00.000Z', pid: process.pid, ...RECYCLE }]);
    const message =
      'RECYCLED  emails  thread 7 after 500 jobs  reason: jobs, heap 212 MB, handed over in 0.8 s';
    expect(logged).toEqual([['info', { v: 1, ...RECYCLE }, message]]);
  });

  it('says nothing of heap and time where they are not known', () => {
    const { guard } = setUp();
    const isolate = { kind: 'supervised', id: 'worker-1' } as const;
    recordEvent(guard, { ...RECYCLE, jobs: 1, reason: 'signal', isolate, heapBytes: null, ms: null });
    expect(logged[0]![2]).toBe('RECYCLED  emails  supervised process worker-1 after 1 job  reason: signal');
  });

  it('warns of an audit finding that is a warning and informs of one that is not', () => {
    const { guard, lines } = setUp();
    recordEvent(guard, AUDIT);
    recordEvent(guard, { ...AUDIT, severity: 'info', fix: '' });
    expect(lines()).toMatchObject([AUDIT, { ...AUDIT, severity: 'info', fix: '' }]);
    expect(logged.map(([level, , message]) => [level, message])).toEqual([
      ['warn', `AUDIT  emails  ${AUDIT.text}  fix: ${AUDIT.fix}`],
      ['info', `AUDIT  emails  ${AUDIT.text}`],
    ]);
  });

  it('hands both to their channels, without a log file as well', () => {
    const messages: unknown[] = [];
    const onMessage = (message: unknown): void => void messages.push(message);
    for (const name of ['leakguard:recycle', 'leakguard:audit']) {
      subscribe(name, onMessage);
      onTestFinished(() => void unsubscribe(name, onMessage));
    }
    const guard = guardOn(new FakeRuntime(), { enabled: true, logger });
    recordEvent(guard, RECYCLE);
    recordEvent(guard, AUDIT);
    expect(messages).toMatchObject([RECYCLE, AUDIT]);
  });

  it('works through every handle of the shared guard until that handle is closed', async () => {
    const [one, two] = [getGuard({ enabled: true, logger }), getGuard()];
    onTestFinished(() => one.close());
    recordEvent(two, RECYCLE);
    await two.close();
    recordEvent(two, RECYCLE);
    recordEvent(one, AUDIT);
    expect(logged.map(([, fields]) => (fields as AuditEvent).event)).toEqual(['recycle', 'audit']);
  });

  it('does nothing for a guard that is closed, disabled or of another kind', async () => {
    const { guard, lines } = setUp();
    await guard.close();
    const before = lines();
    const hostile = new Proxy({}, { get: () => expect.unreachable('asked for nothing but marks') });
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const others = [guardOn(new FakeRuntime(), { enabled: false, logger }), {}, null, hostile, revoked.proxy];
    for (const other of [guard, ...others]) recordEvent(other as Guard, RECYCLE);
    expect(lines()).toEqual(before);
    expect(logged).toEqual([]);
  });

  it('never throws, and writes only lines that the schema allows, whatever it is given', () => {
    const { guard, lines } = setUp();
    const odd = [
      undefined,
      null,
      Number.NaN,
      -1,
      1.5,
      'x\n\u001b',
      {},
      Object.create(null),
      10n,
      Symbol('x'),
    ];
    for (const value of odd) {
      const recycle = { queue: value, reason: value, jobs: value, heapBytes: value, ms: value, more: value };
      const audit = { queue: value, finding: value, severity: value, text: value, bytes: value, fix: value };
      recordEvent(guard, { event: 'recycle', ...recycle, isolate: { kind: value, id: value } } as never);
      recordEvent(guard, { event: 'audit', ...audit } as never);
      recordEvent(guard, { event: value } as never);
      recordEvent(guard, { ...RECYCLE, isolate: value } as never);
      recordEvent(guard, value as never);
    }
    const written = lines();
    expect(written.length).toBeGreaterThanOrEqual(2 * odd.length);
    const anyLine = schema('growth-log');
    for (const line of written) expect(faults(anyLine, line)).toEqual([]);
    expect(JSON.stringify(written)).not.toContain('more');
  });

  it('goes on where the logger throws', () => {
    const fail = (): never => {
      throw new Error('logger');
    };
    const { guard, lines } = setUp({ logger: { info: fail, warn: fail, error: fail } });
    const errors: Error[] = [];
    guard.on('error', (error) => void errors.push(error));
    recordEvent(guard, RECYCLE as RecycleEvent);
    expect(errors.map(({ message }) => message)).toEqual(['logger']);
    expect(lines()).toHaveLength(1);
  });
});
