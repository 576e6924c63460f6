import { expect, it } from 'vitest';
import { SupervisorLog } from '../../src/supervise/supervisor-log.ts';

it('does not call the pid of a worker pid: loggers write that of the supervisor under this name', () => {
  const told: object[] = [];
  const tell = (fields: object) => void told.push(fields);
  const logger = { info: tell, warn: tell, error: tell };
  const log = new SupervisorLog({ logger, entry: 'worker.js', processes: 2 } as never);
  log.crashed({ index: 0, pid: 42, code: 1, signal: null, phase: 'working' }, undefined);
  const replaced = { index: 0, reason: 'jobs', jobs: 7, heapBytes: 1, oldPid: 41, pid: 42 } as const;
  log.replaced({ ...replaced, bootMs: 1, drainMs: 1, killed: false });
  log.killedAtDeadline({ pid: 42 } as never);
  expect(told).toHaveLength(3);
  for (const fields of told) {
    expect(fields).toMatchObject({ workerPid: 42 });
    expect(fields).not.toHaveProperty('pid');
  }
});
