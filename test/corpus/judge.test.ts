import type { ScopeReport } from '@leakguard/core';
import { describe, expect, test } from 'vitest';
import { loadCase, scopeOf } from './cases.mjs';
import type { JudgedRun } from './judge.mjs';
import { falseAccusations, judge } from './judge.mjs';
import { RunHistory, UNATTRIBUTED } from './run-history.mjs';

const NEVER = { growing: null, leaking: null };

function scope(name: string, fields: Partial<ScopeReport> = {}): ScopeReport {
  return {
    scope: name,
    kind: 'route',
    units: 1000,
    turn: 0,
    inFlight: 0,
    verdict: 'stable',
    bytesPerUnit: null,
    ci95: null,
    totalBytes: null,
    signal: null,
    channels: [],
    candidates: [],
    site: null,
    survivors: null,
    minDetectableBytes: null,
    since: null,
    unitsPerSecond: 1,
    bytesPerHour: null,
    evidence: [],
    fingerprint: null,
    ...fields,
  };
}

function run(scopes: ScopeReport[], fields: Partial<JudgedRun> = {}): JudgedRun {
  return { final: { scopes }, firstSeen: {}, errors: 0, failures: [], ...fields };
}

const leaking = (bytesPerUnit: number, ci95: [number, number]) =>
  scope('GET /leak', { verdict: 'leaking', bytesPerUnit, ci95 });

describe('the function that allocated', () => {
  const leaks = [
    {
      scope: 'GET /leak',
      kind: 'heap' as const,
      bytesPerRequest: 4000,
      site: { packages: ['@scope/cache'], functions: ['load'], handlerLine: 12 },
    },
  ];
  const frame = (name: string, line = 1) => ({ function: name, file: 'app.mjs', line, column: 1 });
  const site = (fields: object) => ({
    ...{ kind: 'function' as const, entry: frame('wrap'), allocating: frame('wrap'), handler: null },
    ...{ share: 1, samples: 20, lines: [] },
    ...fields,
  });
  const problemsOf = (given: object | null) => {
    const size = { verdict: 'leaking', bytesPerUnit: 4000, ci95: [3900, 4100] } as const;
    const found = scope('GET /leak', { ...size, site: given as never } as never);
    return judge({ expect: 'leak', leaks }, run([found])).problems;
  };

  test('may be one of the package, one of the app below the handler, or any below the right handler', () => {
    const packaged = { ...frame('set'), package: '@scope/cache@1.2.3' };
    expect(problemsOf(site({ entry: packaged }))).toEqual([]);
    expect(problemsOf(site({ allocating: packaged }))).toEqual([]);
    expect(problemsOf(site({ allocating: frame('load') }))).toEqual([]);
    expect(problemsOf(site({ handler: frame('(anonymous)', 12) }))).toEqual([]);
  });

  test('must not be missing, nor another one', () => {
    expect(problemsOf(null)).toEqual(['GET /leak has no site']);
    const other = { ...frame('set'), package: 'cache@1.2.3' };
    expect(problemsOf(site({ entry: other, handler: frame('(anonymous)', 30) }))).toEqual([
      'GET /leak is said to be allocated in set app.mjs:1, wrap app.mjs:1',
    ]);
    expect(problemsOf(site({ kind: 'requests' }))).toHaveLength(1);
  });
});

describe('a leaking case', () => {
  const big = {
    expect: 'leak' as const,
    leaks: [{ scope: 'GET /leak', kind: 'heap' as const, bytesPerRequest: 4000 }],
  };
  const small = {
    expect: 'leak' as const,
    leaks: [{ scope: 'GET /leak', kind: 'heap' as const, bytesPerRequest: 400 }],
  };

  test('passes when its route is first and its size is within 25 %', () => {
    const firstSeen = { 'GET /leak': { growing: 5000, leaking: 9000 } };
    expect(judge(big, run([leaking(4990, [100, 9000]), scope('GET /b')], { firstSeen }))).toEqual({
      pass: true,
      problems: [],
      notes: [],
    });
    expect(judge(big, run([leaking(3010, [100, 9000])])).pass).toBe(true);
  });

  test('fails when the size is further off than 25 %, whatever the interval', () => {
    expect(judge(big, run([leaking(5010, [3900, 5100])])).problems).toEqual([
      'GET /leak: 5010 B per unit is 25 % off 4000 B',
    ]);
    expect(judge(big, run([leaking(2990, [2000, 4100])])).pass).toBe(false);
  });

  test('fails when another route comes first, and says which', () => {
    const report = run([scope('GET /b', { verdict: 'growing' }), leaking(4000, [3900, 4100])]);
    expect(judge(big, report).problems).toEqual(['GET /leak is not first in the report, GET /b is']);
  });

  test('fails when the route is missing, has no size or has no verdict', () => {
    expect(judge(big, run([])).problems).toContain('GET /leak is not in the report');
    expect(judge(big, run([scope('GET /leak', { verdict: 'growing' })])).problems).toEqual([
      'GET /leak has no size',
    ]);
    const stable = scope('GET /leak', { bytesPerUnit: 4000, ci95: [3900, 4100] });
    expect(judge(big, run([stable])).problems).toEqual(['GET /leak is stable at the end']);
  });

  test('growing is enough for the leaking route', () => {
    const growing = scope('GET /leak', { verdict: 'growing', bytesPerUnit: 4000, ci95: [3900, 4100] });
    expect(judge(big, run([growing])).pass).toBe(true);
  });

  test('up to 1 KB the interval must hold the truth and be less than 3x wide; the size itself may be off', () => {
    expect(judge(small, run([leaking(590, [300, 890])])).pass).toBe(true);
    expect(judge(small, run([leaking(400, [200, 600])])).problems).toEqual([
      'GET /leak: the interval 200..600 B is 3x wide or wider',
    ]);
    expect(judge(small, run([leaking(400, [-10, 500])])).pass).toBe(false);
    expect(judge(small, run([leaking(450, [410, 500])])).problems).toEqual([
      'GET /leak: the interval 410..500 B does not hold 400 B',
    ]);
  });

  test('fails when an innocent route was ever leaking, even if that was taken back', () => {
    const firstSeen = {
      'GET /b': { growing: 100, leaking: 7000 },
      'GET /c': { growing: 900, leaking: null },
    };
    const { problems, notes } = judge(big, run([leaking(4000, [3900, 4100])], { firstSeen }));
    expect(problems).toEqual(['GET /b was leaking at 7000 units']);
    expect(notes).toEqual(['GET /c was growing at 900 units']);
  });

  test('unattributed growth beside the leak is a note, not an accusation', () => {
    const firstSeen = { [UNATTRIBUTED]: { growing: 100, leaking: 200 } };
    expect(judge(big, run([leaking(4000, [3900, 4100])], { firstSeen }))).toMatchObject({
      pass: true,
      notes: [`${UNATTRIBUTED} was leaking at 200 units`],
    });
  });

  test('who was falsely accused can be asked for alone, when a leak may be missed', () => {
    const firstSeen = { 'GET /b': { growing: 100, leaking: 7000 } };
    expect(falseAccusations(big, firstSeen)).toEqual({
      problems: ['GET /b was leaking at 7000 units'],
      notes: [],
    });
    expect(falseAccusations(big, {})).toEqual({ problems: [], notes: [] });
  });

  test('with two leaks both routes must come first, in any order', () => {
    const two = {
      expect: 'leak' as const,
      leaks: [...big.leaks, { scope: 'GET /other', kind: 'heap' as const, bytesPerRequest: 2000 }],
    };
    const other = scope('GET /other', { verdict: 'leaking', bytesPerUnit: 2000, ci95: [1900, 2100] });
    expect(judge(two, run([other, leaking(4000, [3900, 4100])])).pass).toBe(true);
    expect(judge(two, run([other, scope('GET /b'), leaking(4000, [3900, 4100])])).pass).toBe(false);
  });
});

describe('a clean case', () => {
  const clean = { expect: 'clean' as const, watch: ['GET /fills'] };

  test('passes while nothing was ever leaking; growing is noted, the watched route as such', () => {
    const firstSeen = {
      'GET /fills': { growing: 8000, leaking: null },
      'GET /b': { growing: 9000, leaking: null },
    };
    expect(judge(clean, run([scope('GET /fills', { verdict: 'growing' })], { firstSeen }))).toEqual({
      pass: true,
      problems: [],
      notes: ['GET /fills was growing at 8000 units (watched)', 'GET /b was growing at 9000 units'],
    });
  });

  test('fails when the watched route was leaking at any time', () => {
    const firstSeen = { 'GET /fills': { growing: 8000, leaking: 16_000 } };
    expect(judge(clean, run([scope('GET /fills')], { firstSeen })).problems).toEqual([
      'GET /fills was leaking at 16000 units',
    ]);
  });

  test('fails when unattributed growth was leaking', () => {
    const firstSeen = { [UNATTRIBUTED]: { ...NEVER, leaking: 500 } };
    expect(judge(clean, run([], { firstSeen })).pass).toBe(false);
  });

  test('fails when requests failed or the host threw', () => {
    const problems = judge(
      clean,
      run([], { errors: 2, failures: ['unhandledRejection: Error: x'] }),
    ).problems;
    expect(problems).toEqual(['2 units failed', 'unhandledRejection: Error: x']);
  });
});

describe('the history of a run', () => {
  test('keeps the first time of each verdict, also when it was taken back', () => {
    const history = new RunHistory();
    history.note('GET /a', 'growing', 5000);
    history.note('GET /a', 'stable', 6000);
    history.note('GET /a', 'growing', 7000);
    history.note('GET /a', 'leaking', 8000);
    history.note('GET /b', 'warming-up', 9000);
    expect(history.toJSON()).toEqual({ 'GET /a': { growing: 5000, leaking: 8000 } });
  });
});

describe('what the guard must call a unit', () => {
  test('a route is its own scope, a job has its queue before it', () => {
    expect(scopeOf({ name: 'shop', framework: 'express' }, 'GET /a')).toBe('GET /a');
    expect(scopeOf({ name: 'shop', framework: 'bullmq' }, 'send-mail')).toBe('shop:send-mail');
  });

  test('leaks and watched jobs of a job case are judged by scope', () => {
    const spec = loadCase('job-cache-manager');
    const scope = 'job-cache-manager:enrich-profile';
    expect(spec.leaks).toMatchObject([{ scope, kind: 'heap', bytesPerRequest: 1212 }]);
    expect(loadCase('ctl-job-lru').watch).toContain('ctl-job-lru:enrich-profile');
    const lookup = { function: 'lookup', file: 'app.mjs', line: 9, column: 1 };
    const seen = { kind: 'function', entry: lookup, allocating: lookup, handler: null } as const;
    const site = { ...seen, share: 1, samples: 20, lines: [] };
    const report = { ...leaking(1300, [1000, 1500]), scope, site };
    expect(judge(spec, run([report])).pass).toBe(true);
    expect(judge(spec, run([{ ...report, scope: 'enrich-profile' }])).pass).toBe(false);
  });
});
