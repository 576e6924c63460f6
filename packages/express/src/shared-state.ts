import type { RequestTrack } from './request-track.ts';
import type { RoutedRequest } from './router-internals.ts';

/**
 * What all copies of this module (ESM, CommonJS, installed twice) have in common: one of them watches the routers for
 * all, the others count requests by the tracks it makes.
 */
interface SharedState {
  /** How many counters have a guard that counts: there is nothing to note while nobody counts. */
  counters: number;
  /**
   * The request that entered a layer last: most enter the next one right away. Cleared when a counted request finishes;
   * one that no guard counts stays until the next request, or for good if none comes: one request, never more.
   */
  last: RequestTrack | undefined;
  /** Tracks that no connection holds, which are rare: an asynchronous middleware came before the guard, or the request came from no `node:http` server. */
  readonly apart: WeakMap<RoutedRequest, RequestTrack>;
}

/** The number is the protocol, that of a track included. */
const SHARED = Symbol.for('leakguard.express.shared/1');

const host = globalThis as typeof globalThis & { [SHARED]?: SharedState };
host[SHARED] ??= { counters: 0, last: undefined, apart: new WeakMap() };

export const shared: SharedState = host[SHARED];
