import type { Express } from 'express';

/** A leak that an app is made with: `bytes` is nominal, `route` how much of the traffic its route has. */
export interface Leak {
  kind: string;
  bytes: number;
  route: 'rare' | 'minor' | 'major';
}

/** What an app says of its own leak. */
export interface Truth {
  /** The leaking route. */
  scope: string;
  /** Functions that allocate what leaks. */
  allocating: string[];
  /** They and their callers, down to the handler. */
  functions: string[];
  /** Names of the files that make the leak. */
  files: string[];
}

export interface AppRoute {
  method: string;
  path(random: () => number): string;
  body?: (random: () => number) => unknown;
  pattern: string;
  /** Percent of the traffic. */
  weight: number;
}

export interface BenchApp {
  createApp(leak?: Leak | null, options?: Record<string, number>): Express;
  routes: readonly AppRoute[];
  truth(leak: Leak | null): Truth | null;
  /** How many times the usual load a driver should make, at a part from 0 to 1 of its time. */
  load?: (part: number) => number;
  /** How `check.mjs` treats it; `options` shorten the times after which its stores forget, milliseconds. */
  check?: { options?: Record<string, number> };
}

export declare const apps: Record<string, BenchApp>;
export declare const healthy: Record<string, BenchApp>;
export declare const kinds: string[];
export declare const sizes: number[];
export declare const shares: Record<Leak['route'], number>;
