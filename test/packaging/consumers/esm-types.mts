import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import { GuardedWorker, guardProcessor } from '@leakguard/bullmq';
import { type AuditFinding, auditQueue } from '@leakguard/bullmq/audit';
import { type Supervisor, superviseWorkers } from '@leakguard/bullmq/supervise';
import {
  createGuard,
  type GrowthReport,
  type Guard,
  guardServer,
  LeakguardError,
  type ScopeId,
} from '@leakguard/core';
import { takeOverUnit } from '@leakguard/core/adapter';
import { askControl } from '@leakguard/core/control';
import { AllocationSnapshot, formatDifference } from '@leakguard/core/snapshot';
import { type LeakGuard, leakGuard } from '@leakguard/express';
import { leakGuard as leakGuardOfKoa } from '@leakguard/koa';
import { type Job, Worker } from 'bullmq';
import express from 'express';
import Koa from 'koa';
import { countsFor, countsKoaFor } from './commonjs-types.cjs';

const guard: Guard = createGuard({ level: 'prove', minBytesPerUnit: '2KB' });
const scope: ScopeId = guard.scope('job', 'mail:send');
guard.begin().end(scope);
const off: () => void = guard.on('leak', ({ bytesPerUnit }) => bytesPerUnit satisfies number | null);
off();
const report: GrowthReport = guard.report();
report.scopes[0]?.verdict satisfies string | undefined;
new LeakguardError('ERR_LEAKGUARD_OPTION', 'text').code satisfies string;

const middleware: LeakGuard = leakGuard({ guard, scope: (req) => req.get('x-operation') });
express().use(middleware);
// A guard whose types are ESM's goes into a function whose types are CommonJS's, and back.
countsFor(guard).guard.scope('route', 'GET /') satisfies ScopeId;
new Koa().use(leakGuardOfKoa({ guard, scope: (ctx) => ctx.get('x-operation') })).use(countsKoaFor(guard));
guardServer(createServer(), { level: 'watch', scope: ({ method }) => method }).guard satisfies Guard;
guardServer(createSecureServer(), { guard });
// @ts-expect-error: no server
guardServer(express());
export async function differs(older: AllocationSnapshot): Promise<string> {
  const asked = AllocationSnapshot.from(await askControl({ pid: 4242, threadId: 0 }, 'snapshot'));
  asked.compareTo(older, { groupBy: 'scope' })[0]?.deltaBytes satisfies number | undefined;
  return formatDifference(await guard.takeSnapshot(), asked, { top: 3 });
}
// @ts-expect-error: no such grouping
(await guard.takeSnapshot()).top(1, { groupBy: 'line' });
takeOverUnit satisfies (...args: never[]) => ReturnType<Guard['begin']> | null;
interface Letter {
  to: string;
}
const connection = { host: '127.0.0.1' };
export function workers(): Worker<Letter>[] {
  const send = async (job: Job<Letter>): Promise<void> => void job.data.to.length;
  const guarded = new GuardedWorker<Letter, void>('letters', send, {
    connection,
    maxJobsPerWorker: 500,
    recycle: 'exit',
  });
  guarded.on('recycled', ({ jobs }) => jobs satisfies number);
  guarded.on('completed', (job) => job.data.to satisfies string);
  // @ts-expect-error: no number of jobs
  new GuardedWorker('letters', send, { connection, maxJobsPerWorker: true });
  return [guarded, new Worker('letters', guardProcessor(send, { guard }), { connection })];
}
auditQueue satisfies (worker: ReturnType<typeof workers>[0]) => Promise<AuditFinding[]>;
superviseWorkers satisfies (options: { entry: string; processes: number }) => Supervisor;
// @ts-expect-error: no such level
createGuard({ level: 'nothing' });
// @ts-expect-error: any number is no scope
guard.begin().end(1);
