/**
 * Text of any value for a message. Never throws, where `String(value)` does for `Object.create(null)` and for objects
 * whose `toString` throws.
 */
export function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return typeof value;
  }
}

/** Longest text of a value in a message: values may be of any size. */
const BRIEF = 100;

/** The same, cut to 100 characters. */
export function briefTextOf(value: unknown): string {
  const text = textOf(value);
  return text.length > BRIEF ? `${text.slice(0, BRIEF)}…` : text;
}

/** What a question to a value of the host's gives, `otherwise` where it throws, as every one to a revoked proxy does. */
export function contained<T>(ask: () => T, otherwise: T): T {
  try {
    return ask();
  } catch {
    return otherwise;
  }
}

/** The error that was thrown, or one that carries as its cause what was thrown instead of an error. Never throws. */
export function toError(value: unknown): Error {
  return contained(() => value instanceof Error, false)
    ? (value as Error)
    : new Error(textOf(value), { cause: value });
}

/**
 * Takes care of what a callback of the host's returned: an async one gives a promise, or a thenable of its own kind,
 * whose rejection would be the host's unhandled rejection. The result itself is not used.
 *
 * @param onError gets what it was rejected with; must not throw
 */
export function settle(result: unknown, onError: (error: unknown) => void): void {
  if (typeof result !== 'object' || result === null) return;
  // A promise of our own does not depend on what `then` and `catch` of a foreign one do, throw or return.
  new Promise((resolve) => resolve(result)).catch(onError);
}
