/**
 * How many counters have a guard that counts, in all copies of this module: one copy watches the routers for all, and
 * has nothing to note while nobody counts.
 */
const ACTIVE = Symbol.for('leakguard.express.active/1');

const host = globalThis as typeof globalThis & { [ACTIVE]?: { counters: number } };
host[ACTIVE] ??= { counters: 0 };

export const active: { counters: number } = host[ACTIVE];
