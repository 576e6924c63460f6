import { describe, expect, test } from 'vitest';
import type { Look, Said, Site } from '../../../bench/sites/host/serve.mjs';
import { judgeHealthy, judgeLeak, judgeRival } from '../../../bench/sites/judge.mjs';

const TRUTH = {
  scope: 'GET /leak',
  allocating: ['keep'],
  functions: ['keep', 'record', 'show'],
  files: ['journal.mjs'],
};
const BYTES = { heap: 2000, external: 0 };

const frame = (fn: string, file: string) => ({ function: fn, file, line: 1, column: 1 });

function site(allocating: [string, string], entry = allocating): Site {
  return {
    kind: 'function',
    entry: frame(...entry),
    allocating: frame(...allocating),
    handler: null,
    share: 1,
    samples: 20,
  };
}

function said(scope: string, fields: Partial<Said> = {}): Said {
  return {
    scope,
    verdict: 'growing',
    bytesPerUnit: 2100,
    ci95: [1900, 2300],
    totalBytes: 2 ** 21,
    signal: 'heap',
    channels: ['sites'],
    candidates: [],
    site: null,
    ...fields,
  };
}

function look(units: number, growing: Said[], unattributed: Look['unattributed'] = null): Look {
  return {
    units,
    unitsOf: { 'GET /leak': units / 4, 'GET /other': units / 2 },
    growing,
    unattributed,
    evidence: { reads: 1, waits: null, rows: 1, unavailable: null, pauseMs: 1 },
  };
}

const judge = (...looks: Look[]) => judgeLeak({ truth: TRUTH, bytes: BYTES, looks });

describe('a leak', () => {
  test('is named from the look on in which its route is first, with the units of the run and of the route', () => {
    const judged = judge(
      look(4000, []),
      look(8000, [said('GET /other'), said('GET /leak')]),
      look(12_000, [said('GET /leak')]),
      look(16_000, [said('GET /leak', { verdict: 'leaking' })]),
    );
    expect(judged.route).toEqual({ units: 12_000, ofRoute: 3000 });
    expect(judged.leaking).toEqual({ units: 16_000, ofRoute: 4000 });
    expect(judged).toMatchObject({ isFirst: true, verdict: 'leaking', fn: null, site: 'none' });
  });

  test('has the right function where entry or allocating frame is one of the makers, or in their file', () => {
    const byFile = site(['(anonymous)', '/app/journal.mjs']);
    const byEntry = site(['send', 'node_modules/express/response.js'], ['Orders.show', 'orders.mjs']);
    const byName = site(['Journal.keep', 'bundle.js']);
    const judged = judge(
      look(1000, [said('GET /leak', { site: byFile })]),
      look(2000, [said('GET /leak', { site: byEntry })]),
      look(3000, [said('GET /leak', { site: byName })]),
    );
    expect(judged.fn?.units).toBe(1000);
    expect(judged.exact?.units).toBe(3000);
    expect(judged).toMatchObject({ site: 'right', wrongSites: {} });
  });

  test('a function of another route does not count, and is told as wrong for as long as it was named', () => {
    const wrong = said('GET /leak', { site: site(['other', 'other.mjs']) });
    const judged = judge(
      look(1000, [wrong]),
      look(2000, [wrong]),
      look(3000, [said('GET /leak', { site: site(['keep', 'journal.mjs']) })]),
    );
    expect(judged.wrongSites).toEqual({ 'other other.mjs:1': { verdict: 'growing', from: 1000, to: 2000 } });
    expect(judged).toMatchObject({ site: 'right', fn: { units: 3000 } });
  });

  test('other routes that were ever accused are told with the gravest verdict, taken back or not', () => {
    const judged = judge(
      look(1000, [said('GET /other', { verdict: 'leaking' })]),
      look(2000, [said('GET /other')]),
      look(3000, []),
    );
    expect(judged.wrongRoutes).toEqual({ 'GET /other': { verdict: 'leaking', from: 1000, to: 2000 } });
    expect(judged).toMatchObject({ route: null, isFirst: false, verdict: 'stable', covers: null });
  });

  test('its size is held against the heap, that of Buffers against what lies outside of it', () => {
    expect(judge(look(1000, [said('GET /leak')]))).toMatchObject({ covers: true });
    expect(judge(look(1000, [said('GET /leak', { ci95: [2050, 2300] })]))).toMatchObject({ covers: false });
    const bytes = { heap: 300, external: 20_480 };
    const buffers = said('GET /leak', {
      signal: 'arrayBuffers',
      bytesPerUnit: 20_480,
      ci95: [20_000, 21_000],
    });
    const judged = judgeLeak({ truth: TRUTH, bytes, looks: [look(1000, [buffers])] });
    expect(judged).toMatchObject({ covers: true, error: 0 });
  });
});

test('a healthy app tells whoever was accused at any time, growth without a name included', () => {
  const nameless = said('', { verdict: 'growing', site: site(['fill', 'cache.mjs']) });
  const judged = judgeHealthy([look(1000, [], nameless), look(2000, [said('GET /other')]), look(3000, [])]);
  expect(judged).toEqual({
    accused: {
      '(unattributed)': { verdict: 'growing', from: 1000, to: 1000 },
      'GET /other': { verdict: 'growing', from: 2000, to: 2000 },
    },
    sites: { 'fill cache.mjs:1': { verdict: 'growing', from: 1000, to: 1000 } },
    atEnd: [],
  });
});

describe('a rival', () => {
  const named = (units: number, route: string | null, name: string | null) => ({
    units,
    ofRoute: units / 4,
    route,
    fn: name === null ? null : { name, file: '/app/elsewhere.mjs' },
  });

  test('is right from the read on after which it stays right, and every other name is told', () => {
    const judged = judgeRival(TRUTH, [
      named(1000, null, null),
      named(2000, 'GET /leak', 'keep'),
      named(3000, 'GET /other', 'keep'),
      named(4000, 'GET /leak', 'keep'),
    ]);
    expect(judged).toEqual({
      route: { units: 2000, ofRoute: 500 },
      routeStays: { units: 4000, ofRoute: 1000 },
      fn: { units: 2000, ofRoute: 500 },
      fnStays: { units: 2000, ofRoute: 500 },
      wrongRoutes: ['GET /other'],
      wrongFunctions: [],
    });
  });

  test('names only wrong ones in a healthy app', () => {
    const judged = judgeRival(null, [named(1000, 'GET /leak', 'keep')]);
    expect(judged).toMatchObject({ route: null, fnStays: null, wrongRoutes: ['GET /leak'] });
    expect(judged.wrongFunctions).toEqual(['keep elsewhere.mjs']);
  });
});
