/**
 * `@leakguard/core/adapter`: what adapters have in common. An app needs none of this.
 */
export { CountedRequest, isCountedFor } from './adapter/counted-request.ts';
export type { IsolateFeed } from './adapter/isolate-feed.ts';
export { isolateFeed, isolateSettings } from './adapter/isolate-feed.ts';
export type { AdapterOptions, ResolvedAdapterOptions } from './adapter/options.ts';
export { resolveAdapterOptions } from './adapter/options.ts';
export { Place } from './adapter/place.ts';
export { readField } from './adapter/read-field.ts';
export { recordEvent } from './adapter/record-event.ts';
export type { ScopeArgs } from './adapter/request-counter.ts';
export { RequestCounter } from './adapter/request-counter.ts';
export type { NameOf, ScopeOptionText } from './adapter/scope-option.ts';
export { ScopeOption } from './adapter/scope-option.ts';
export { byteSize } from './byte-size.ts';
export type { IsolateSettings } from './guard-marks.ts';
export { isCounting, scopeTurn } from './guard-marks.ts';
export type { Connection, Exchange } from './http/connections.ts';
export { Connections } from './http/connections.ts';
export { methodName } from './http/method-name.ts';
export { pathname } from './http/pathname.ts';
export { takeOverUnit } from './http/server-exchange.ts';
export { canFinish, watchServers } from './http/server-messages.ts';
export { NO_SCOPE } from './noop-guard.ts';
export { defaultLogger } from './report/default-logger.ts';
export type { AuditEvent, RecycleEvent, RecycleReason } from './types.ts';
