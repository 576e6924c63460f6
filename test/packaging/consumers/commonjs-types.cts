import bullmq = require('@leakguard/bullmq');
import core = require('@leakguard/core');
import adapter = require('@leakguard/core/adapter');
import control = require('@leakguard/core/control');
import snapshot = require('@leakguard/core/snapshot');
import express = require('@leakguard/express');
import koa = require('@leakguard/koa');

export const adapterOf: typeof adapter.isCounting = adapter.isCounting;

export const askOf: typeof control.askControl = control.askControl;
export const read: Promise<snapshot.AllocationSnapshot> = snapshot.readSnapshotFile('before.json');

export function countsFor(guard: core.Guard): express.LeakGuard {
  guard.begin().end(guard.scope('job', 'mail:send'));
  return express.leakGuard({ guard });
}

export function countsKoaFor(guard: core.Guard): koa.LeakGuard {
  return koa.leakGuard({ guard });
}

export const workerOf: typeof bullmq.GuardedWorker = bullmq.GuardedWorker;
