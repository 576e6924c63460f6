import type { RequestTrack } from './request-track.ts';
import type { RoutedRequest } from './router-internals.ts';

/** Tracks of requests that the routers are at, and that no connection holds yet. */
interface TracksInFlight {
  /**
   * The request that entered a layer last: most enter the next one right away. Cleared when a counted request finishes;
   * one that no guard counts stays until the next request, or for good if none comes: one request, never more.
   */
  last: RequestTrack | undefined;
  /** Rare: not counted yet (an asynchronous middleware came first), or without a socket. */
  readonly apart: WeakMap<RoutedRequest, RequestTrack>;
}

/**
 * Registered, because one copy of this module (ESM, CommonJS, installed twice) watches the routers for all: the others
 * count requests by the tracks it makes. The number is the protocol of a track.
 */
const TRACKS = Symbol.for('leakguard.express.tracks/1');

const host = globalThis as typeof globalThis & { [TRACKS]?: TracksInFlight };
host[TRACKS] ??= { last: undefined, apart: new WeakMap() };

export const tracks: TracksInFlight = host[TRACKS];
