import { describe, expect, it } from 'vitest';
import { wrapProcessor } from '../../src/child/wrap-processor.ts';

function watched() {
  const seen: string[] = [];
  return {
    seen,
    watch: {
      jobBegan: (name: string) => void seen.push(`began ${name}`),
      jobEnded: (name: string) => void seen.push(`ended ${name}`),
    },
  };
}

describe('the wrapper around a processor', () => {
  it.each([
    [0, () => 'value'],
    [1, (_job: unknown) => 'value'],
    [2, (_job: unknown, _token: unknown) => 'value'],
    [3, (_job: unknown, _token: unknown, _signal: unknown) => 'value'],
  ])('has its number of parameters: %i', async (count, processor) => {
    const wrapped = wrapProcessor(processor as never, watched().watch);
    expect(wrapped).toHaveLength(count);
    expect(await wrapped({ name: 'job' })).toBe('value');
  });

  it('has its name, and gives it all arguments', async () => {
    const args: unknown[] = [];
    const wrapped = wrapProcessor(function render(...given) {
      args.push(...given);
    }, watched().watch);
    await wrapped({ name: 'job' }, 'token', 'signal');
    expect(wrapped.name).toBe('render');
    expect(args).toEqual([{ name: 'job' }, 'token', 'signal']);
  });

  it('passes on what it throws or rejects with, and sees the end all the same', async () => {
    const { seen, watch } = watched();
    const error = new Error('the app');
    const throws = wrapProcessor(() => {
      throw error;
    }, watch);
    const rejects = wrapProcessor(async () => Promise.reject(error), watch);
    await expect(throws({ name: 'a' })).rejects.toBe(error);
    await expect(rejects({ name: 'b' })).rejects.toBe(error);
    expect(seen).toEqual(['began a', 'ended a', 'began b', 'ended b']);
  });
});
