export type { LeakGuard } from './leak-guard.ts';
export { leakGuard } from './leak-guard.ts';
export type { LeakGuardOptions } from './options.ts';
