/** What an async callback may return besides a Promise: an object of its own kind, which rejects. */
export function rejectingThenable(error: unknown): object {
  // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
  return { then: (_done: unknown, failed: (error: unknown) => void) => failed(error) };
}

/** A thenable that cannot even be asked. */
export function throwingThenable(error: unknown): object {
  return Object.defineProperty({}, 'then', {
    get() {
      throw error;
    },
  });
}
