import { GuardedWorker } from '@leakguard/bullmq';
import { superviseWorkers } from '@leakguard/bullmq/supervise';
import { createGuard, type GrowthReport, type Guard, guardServer } from '@leakguard/core';
import { resolveAdapterOptions } from '@leakguard/core/adapter';
import { askControl } from '@leakguard/core/control';
import { AllocationSnapshot } from '@leakguard/core/snapshot';
import { type LeakGuard, leakGuard } from '@leakguard/express';
import * as koa from '@leakguard/koa';

const guard: Guard = createGuard();
export const middleware: LeakGuard = leakGuard({ guard });
export const ofKoa: koa.LeakGuard = koa.leakGuard({ guard });
export const report: GrowthReport = middleware.guard.report();
export const count: typeof guardServer = guardServer;
export const resolve: typeof resolveAdapterOptions = resolveAdapterOptions;
export const ask: typeof askControl = askControl;
export const snapshotFrom: typeof AllocationSnapshot.from = AllocationSnapshot.from;
export const worker: typeof GuardedWorker = GuardedWorker;
export const supervise: typeof superviseWorkers = superviseWorkers;
// @ts-expect-error: no such level
createGuard({ level: 'nothing' });
