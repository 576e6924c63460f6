/**
 * `@leakguard/core/adapter`: what adapters have in common. An app needs none of this.
 */

export type { IsolateFeed } from './adapter/isolate-feed.ts';
export { isolateFeed, isolateSettings } from './adapter/isolate-feed.ts';
export type { AdapterOptions, ResolvedAdapterOptions } from './adapter/options.ts';
export { resolveAdapterOptions } from './adapter/options.ts';
export { recordEvent } from './adapter/record-event.ts';
export type { NameOf, ScopeOptionText } from './adapter/scope-option.ts';
export { ScopeOption } from './adapter/scope-option.ts';
export type { IsolateSettings } from './guard-marks.ts';
export { isCounting, scopeTurn } from './guard-marks.ts';
export type { Connection, Exchange } from './http/connections.ts';
export { Connections } from './http/connections.ts';
export { methodName } from './http/method-name.ts';
export { takeOverUnit } from './http/server-exchange.ts';
export { isLatestAlive, watchServers } from './http/server-messages.ts';
export { NO_SCOPE } from './noop-guard.ts';
export { defaultLogger } from './report/default-logger.ts';
export type { AuditEvent, RecycleEvent, RecycleReason } from './types.ts';
