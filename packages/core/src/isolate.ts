/**
 * `@leakguard/core/isolate`: what an isolate that measures itself for a guard elsewhere needs, and nothing else: every
 * worker thread and child process pays for what it loads. An app needs none of this.
 */
export { PROVE_PAUSE_SHARE } from './forced-gc-schedule.ts';
export type { AllocationReading, AllocationSampler, FloorReading, Runtime } from './internal-types.ts';
export { BlockMinimum } from './measure/block-minimum.ts';
export { processRuntime } from './measure/process-runtime.ts';
export { samplingIntervalBytes } from './measure/sampling-interval.ts';
export type { PlacedFunction, SurvivingStack, SurvivingStacks } from './measure/surviving-stacks.ts';
export { survivingStacks } from './measure/surviving-stacks.ts';
