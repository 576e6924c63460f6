import { expect, it } from 'vitest';
import { MAX_RETAINED_BYTES, measure } from './measure.mjs';
import { PATTERNS, pathOf, URLS } from './send-all.mjs';

/** Scopes of five sets of patterns come, idle and lose their places; `run.mjs` sends a million. */
const REQUESTS = 80_000;

it('the requests go to 100,000 distinct URLs of 2,000 patterns', () => {
  const paths = new Set(Array.from({ length: URLS }, (_, n) => pathOf(n)));
  expect(paths.size).toBe(URLS);
  expect(new Set([...paths].map((path) => path.replace(/\d+$/, ''))).size).toBe(PATTERNS);
});

it('a guard retains less than 5 MB over 2,000 route patterns, and loses no request of scopes that lost their place', async () => {
  const guarded = await measure('guarded', REQUESTS);
  const disabled = await measure('disabled', REQUESTS, guarded.repeats);
  expect(disabled.units).toBe(0);
  expect(disabled.served).toBe(guarded.served);
  expect(guarded.served).toBeGreaterThanOrEqual(REQUESTS);
  expect(guarded.units).toBe(guarded.served);
  expect(guarded.scopes).toBeLessThanOrEqual(501);
  expect(guarded.evicted).toBeGreaterThan(500);
  expect(guarded.rows).toBeGreaterThan(20);
  expect(guarded.retainedBytes - disabled.retainedBytes).toBeLessThan(MAX_RETAINED_BYTES);
}, 240_000);
