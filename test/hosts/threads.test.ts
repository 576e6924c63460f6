import { describe, expect, it } from 'vitest';
import { run } from './run-program.ts';

const MB = 1024 ** 2;

describe('worker threads', () => {
  it('have a guard each, which names what leaks in its own heap and keeps no thread alive', async () => {
    const { code, stdout, stderr } = await run('threads.mjs');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { main, thread, exitCode, after } = JSON.parse(stdout);

    expect(main).toMatchObject({ grown: ['in-main'], scopes: ['honest', 'in-main'], errors: [] });
    expect(thread).toMatchObject({ grown: ['in-thread'], scopes: ['honest', 'in-thread'], errors: [] });
    // The thread's own limit, to which V8 adds its young generation.
    expect(thread.heapLimitBytes).toBeGreaterThan(200 * MB);
    expect(thread.heapLimitBytes).toBeLessThan(512 * MB);
    expect(main.heapLimitBytes).not.toBe(thread.heapLimitBytes);
    expect(thread.natural).toBeGreaterThan(0);
    // It ended by itself, and one that was terminated left the main thread's guard as it was.
    expect(exitCode).toBe(0);
    expect(after).toMatchObject({ grown: ['in-main'], scopes: ['honest', 'in-main'] });
  });
});
