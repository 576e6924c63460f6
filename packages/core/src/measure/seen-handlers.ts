import type { Seen } from '../types.ts';

type Handlers = NonNullable<Seen['handlers']>;

/**
 * The functions that handled a finished unit. JavaScript hosts can pass anything: what is no list, or what throws when it
 * is asked for, is none. Never throws.
 */
export function seenHandlers(seen: Seen | undefined): Handlers | undefined {
  if (seen === undefined) return undefined;
  try {
    const { handlers } = seen;
    return Array.isArray(handlers) && handlers.length > 0 ? handlers : undefined;
  } catch {
    return undefined;
  }
}
