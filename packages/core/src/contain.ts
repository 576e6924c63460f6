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

/** The error that was thrown, or one that carries as its cause what was thrown instead of an error. Never throws. */
export function toError(value: unknown): Error {
  return isError(value) ? value : new Error(textOf(value), { cause: value });
}

function isError(value: unknown): value is Error {
  try {
    return value instanceof Error;
  } catch {
    // A proxy may refuse to tell its prototype.
    return false;
  }
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
