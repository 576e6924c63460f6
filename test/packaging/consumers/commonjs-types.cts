import core = require('@leakguard/core');
import express = require('@leakguard/express');

export function countsFor(guard: core.Guard): express.LeakGuard {
  guard.begin().end(guard.scope('job', 'mail:send'));
  return express.leakGuard({ guard });
}
