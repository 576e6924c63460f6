import { METHODS } from 'node:http';

const KNOWN_METHODS: ReadonlySet<string | undefined> = new Set(METHODS);

/** The method as a part of a scope's name. Anything may put any text into `req.method`; only real methods make names. */
export function methodName(method: string | undefined): string {
  return KNOWN_METHODS.has(method) ? (method as string) : 'OTHER';
}
