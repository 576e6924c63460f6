export type { RecycledEvent } from './events.ts';
export { GuardedWorker } from './guarded-worker.ts';
export type { GuardedWorkerClass, GuardedWorkerOptions } from './guarded-worker-types.ts';
export type { RecyclingOptions } from './options.ts';
