import type { IncomingMessage } from 'node:http';

/** What all copies of this module have in common, however often it is installed. */
interface SharedState {
  /** How many counters have a guard that counts: one copy watches the routers for all, and has nothing to note while nobody counts. */
  counters: number;
  /** Tracks of requests that no connection holds. */
  apart: WeakMap<IncomingMessage, object>;
}

/** The number is the protocol. */
const SHARED = Symbol.for('leakguard.express.shared/1');

const host = globalThis as typeof globalThis & { [SHARED]?: SharedState };
host[SHARED] ??= { counters: 0, apart: new WeakMap() };

export const shared: SharedState = host[SHARED];
