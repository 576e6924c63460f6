import { describe, expect, test } from 'vitest';
import { caseNames, loadCase, scopesOf } from './cases.mjs';
import { runCase } from './run-case.mjs';

// The fixed small part of the corpus that runs in the gate; `node test/corpus/run-all.mjs` runs all of it.
// ctl-lru-fill is still filling at this length, which is the point: growing at the most, never leaking.
const UNITS = 20_000;
// A leak must be found in it, which takes rows: 25 were too few for leak-thumb-buffers, 30 and more were not.
const ROWS_OF_A_LEAK = 40;
// A sixth of the jobs leaks 2 KB of heap each: five of five seeds had the size at 24 rows, and the function needs some more reads.
const ROWS_OF: Record<string, number> = { 'leak-job-listener': 36 };
// About 20 s on two quiet cores, and the first one installs the packages: room for a machine that is neither.
const TIMEOUT_MS = 300_000;
const GATE = [
  'keyv-ttl',
  'sse-listeners',
  'leak-thumb-buffers',
  'leak-job-listener',
  'ctl-lru-fill',
  'ok-sse-chat',
  'ok-heavy-inflight',
];

describe('in a child process, at prove, under its own varying mix', () => {
  for (const name of GATE) {
    const { expect: kind, why, leaks } = loadCase(name);
    const promise = kind === 'leak' ? `${leaks?.[0]?.scope} is named and sized` : 'nothing is ever leaking';
    test(`${name}: ${promise} (${why})`, { timeout: TIMEOUT_MS }, async () => {
      const rows = kind === 'leak' ? (ROWS_OF[name] ?? ROWS_OF_A_LEAK) : 0;
      const { judgement } = await runCase(name, { units: UNITS, rows });
      expect(judgement.problems).toEqual([]);
    });
  }
});

describe('every case of the corpus', () => {
  for (const name of caseNames()) {
    test(`${name} says what it expects, and its load has scopes and weights`, () => {
      const spec = loadCase(name);
      const { routes = [], jobs = [] } = spec.load;
      const scopes = scopesOf(spec);
      expect(spec.name).toBe(name);
      expect(spec.framework === 'bullmq' ? routes : jobs).toEqual([]);
      expect(new Set(scopes).size).toBe(scopes.length);
      expect(scopes).toEqual(
        expect.arrayContaining([...(spec.leaks ?? []).map(({ scope }) => scope), ...(spec.watch ?? [])]),
      );
      for (const { weight } of [...routes, ...jobs]) expect(weight).toBeGreaterThan(0);
      if (spec.expect === 'leak')
        for (const { bytesPerRequest } of spec.leaks ?? []) expect(bytesPerRequest).toBeGreaterThan(0);
      else expect(spec.leaks).toBeUndefined();
      expect(spec.expect === 'leak' ? spec.leaks?.length : 0).toBe(spec.expect === 'leak' ? 1 : 0);
    });
  }
});
