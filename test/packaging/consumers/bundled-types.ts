import { createGuard, type GrowthReport, type Guard } from '@leakguard/core';
import { type LeakGuard, leakGuard } from '@leakguard/express';

const guard: Guard = createGuard();
export const middleware: LeakGuard = leakGuard({ guard });
export const report: GrowthReport = middleware.guard.report();
// @ts-expect-error: no such level
createGuard({ level: 'nothing' });
