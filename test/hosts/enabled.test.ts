import { describe, expect, it } from 'vitest';
import { run } from './run-program.ts';

/** Units per scope that a default guard and a given one counted of three requests. */
async function countedIn(env: Record<string, string>) {
  const { code, stdout, stderr } = await run('enabled.mjs', { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

describe('leakGuard() without an option', () => {
  it('counts in production', async () => {
    expect(await countedIn({ NODE_ENV: 'production' })).toEqual({ default: [3], given: [3] });
  });

  it('counts nothing in a test run, where a guard that is given still does', async () => {
    expect(await countedIn({ JEST_WORKER_ID: '1' })).toEqual({ default: [], given: [3] });
  });
});
