import { briefTextOf, contained } from './contain.ts';

/** Stands for an option that threw when it was read; nothing takes it. */
const UNREADABLE = Symbol('what threw when it was read');

/**
 * A copy of options as somebody gave them, each read once: a getter may answer otherwise the next time, and a proxy may
 * throw. Null for what is no object of options.
 */
export function givenOptions(options: unknown): Record<string, unknown> | null {
  const keys = contained(() => (isObject(options) ? Object.keys(options) : null), null);
  if (keys === null) return null;
  const read = (key: string): unknown => contained(() => (options as never)[key], UNREADABLE);
  return Object.fromEntries(keys.map((key) => [key, read(key)]));
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** How a message shows what was given instead of an option. */
export function shown(value: unknown): string {
  const text = briefTextOf(value);
  return contained(() => Array.isArray(value), false) ? `[${text}]` : text;
}
