import { afterEach, beforeEach, expect, vi } from 'vitest';

/**
 * For the tests of a file: none may leave an unhandled rejection behind. Warnings are not printed.
 *
 * @returns the texts of the running test's warnings
 */
export function watchForRejections(): readonly string[] {
  const unhandled: unknown[] = [];
  const warnings: string[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  beforeEach(() => {
    warnings.length = 0;
    process.on('unhandledRejection', note);
    vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)));
  });
  afterEach(async () => {
    await new Promise(setImmediate);
    process.off('unhandledRejection', note);
    vi.restoreAllMocks();
    expect(unhandled.splice(0)).toEqual([]);
  });
  return warnings;
}
