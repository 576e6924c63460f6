export { describeAdapterContract } from './adapter-contract/adapter-contract.ts';
export type {
  AdapterUnderTest,
  AppSpec,
  Behaviour,
  Exchange,
  RunningApp,
  Step,
} from './adapter-contract/app-spec.ts';
export { answer, reading } from './adapter-contract/behaviours.ts';
export { collected } from './collected.ts';
export { type ClientRequest, type ClientResponse, openConnection, request } from './http-client.ts';
export { type LeakingMix, sendLeakingMix } from './leaking-mix.ts';
export type { RecordedUnit, RecordingGuard } from './recording-guard.ts';
export { recordingGuard } from './recording-guard.ts';
export { type PrivateRedis, startPrivateRedis, startRedis, type TestRedis } from './redis-server.ts';
export { forgetfulGuard, throwingScope, turningGuard } from './strange-guards.ts';
export { watchForRejections } from './watch-for-rejections.ts';
