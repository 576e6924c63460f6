import { describe, expect, it } from 'vitest';
import { formatReport } from '../../src/report/leak-text.ts';
import type { SiteReport } from '../../src/site-types.ts';
import type { GrowthReport, ScopeReport, UnattributedReport } from '../../src/types.ts';

const SCOPE: ScopeReport = {
  scope: 'GET /users/:id',
  kind: 'route',
  units: 18_000,
  turn: 0,
  inFlight: 3,
  verdict: 'leaking',
  bytesPerUnit: 2150,
  ci95: [1946, 2355],
  totalBytes: 38 * 1024 ** 2,
  signal: 'oldSpace',
  channels: ['floors', 'survivors'],
  candidates: [{ scope: 'GET /users/:id/avatar', probability: 0.02 }],
  site: null,
  survivors: { sampled: 40, alive: 12 },
  minDetectableBytes: 180,
  since: '2026-11-22T14:02:30.000Z',
  unitsPerSecond: 120,
  bytesPerHour: 928_800_000,
  evidence: [
    { channel: 'floors', posterior: 0.98, note: 'oldSpace, Bayes factor for growth e^31' },
    { channel: 'survivors', samples: 12 },
  ],
  fingerprint: '8f2c61d0',
};

const QUIET: ScopeReport = {
  ...SCOPE,
  scope: 'GET /health',
  verdict: 'stable',
  bytesPerUnit: null,
  ci95: null,
  totalBytes: null,
  signal: null,
  channels: [],
  candidates: [],
  survivors: null,
  since: null,
  bytesPerHour: null,
  evidence: [],
  fingerprint: null,
  minDetectableBytes: 3100,
};

const REPORT: GrowthReport = {
  v: 1,
  time: '2026-11-22T16:10:00.000Z',
  pid: 4242,
  node: 'v20.20.2',
  level: 'prove',
  uptimeMs: 7_650_000,
  memory: {
    floorBytes: 61e6,
    heapUsedBytes: 80e6,
    rssBytes: 140e6,
    externalBytes: 2e6,
    arrayBuffersBytes: 1e6,
    heapLimitBytes: 2 ** 31,
    floorSlopeBytesPerHour: 9e8,
    growing: ['oldSpace'],
    forecast: null,
  },
  scopes: [SCOPE, QUIET],
  unattributed: null,
  site: null,
  collections: [],
  counters: [],
  evidence: {
    majorGcs: 120,
    forcedGcs: 120,
    rows: 118,
    majorGcsNeeded: 0,
    etaMs: 0,
    majorGcIntervalMs: 500,
    rareGcs: false,
    profilerReads: 0,
    profilerWaits: null,
    unavailable: [],
    evicted: { scopes: 0, units: 0 },
  },
  overhead: {
    share: 0.004,
    ownCpuMs: 40,
    processCpuMs: 10_000,
    boundaryMicrosPerUnit: 0.8,
    timedOneIn: 64,
    canaryOneIn: 16,
    limited: false,
  },
};

const MUTABLE = {
  channels: ['floors'],
  evidence: [{ channel: 'floors' }],
} satisfies Partial<UnattributedReport>;

const KEEPS: SiteReport = {
  kind: 'function',
  entry: { function: 'remember', file: 'src/audit.ts', line: 9, column: 1 },
  allocating: { function: 'remember', file: 'src/audit.ts', line: 9, column: 1 },
  handler: null,
  share: 0.88,
  samples: 120,
  lines: [],
};

const UNDECIDED: UnattributedReport = {
  source: 'undecided',
  verdict: 'growing',
  signal: 'heap',
  bytesPerUnit: null,
  ci95: null,
  bytesPerHour: null,
  totalBytes: 12 * 1024 ** 2,
  probability: 0,
  channels: ['floors', 'sites'],
  evidence: [
    { channel: 'sites', samples: 120, p: 1e-12, note: 'a hint' },
    { channel: 'floors', posterior: 0, note: 'oldSpace' },
  ],
  site: KEEPS,
  candidates: [
    { scope: 'GET /a', probability: 0.35 },
    { scope: '(background)', probability: 0.14 },
  ],
};

/** The text is made from a stored report: what JSON does not carry, it cannot use. */
function text(change: Partial<GrowthReport> = {}): string {
  return formatReport(JSON.parse(JSON.stringify({ ...REPORT, ...change })));
}

describe('formatReport', () => {
  it('prints a leak in the order of the contract, with only what is known', () => {
    expect(text()).toBe(
      [
        'LEAKING  GET /users/:id  2.1 KB per request (95 %: 1.9..2.3 KB)   38 MB so far, leaking since 14:02 UTC   886 MB per hour at 120.0 requests/s',
        '  seen by        floors (98 % this one; oldSpace, Bayes factor for growth e^31), survivors (12 of 40 sampled request objects still alive)',
        '  could also be  GET /users/:id/avatar (2 %)',
        '  cannot see     leaks below 180 B per request here',
        '  fingerprint    8f2c61d0',
        '  next           npx leakguard snapshot 4242 --wait 60s    which functions allocate what stays',
      ].join('\n'),
    );
  });

  it('prints who allocated what stayed: the function, guesses of the line, what was called and from where', () => {
    const allocating = { function: 'write', file: 'node_modules/keyv/index.js', line: 41, column: 3 };
    const entry = { function: 'set', file: 'node_modules/keyv/index.js', line: 187, column: 5 };
    const handler = { function: 'showUser', file: 'src/users.ts', line: 12, column: 1 };
    const site = {
      kind: 'function',
      allocating: { ...allocating, package: 'keyv@5.5.0' },
      entry: { ...entry, package: 'keyv@5.5.0' },
      handler,
      share: 0.93,
      samples: 46,
      lines: [
        { line: 47, column: 5, text: 'cache.set(url, user)', kind: 'keeps', container: 'a module-level Map' },
      ],
    } as const;
    const lines = text({ scopes: [{ ...SCOPE, site: { ...site, lines: [...site.lines] } }] }).split('\n');
    expect(lines.slice(1, 5)).toEqual([
      '  allocated in   write  keyv@5.5.0 index.js:41  (function; 93 % of what stayed)',
      '                 perhaps line 47: cache.set(url, user), a module-level Map',
      '  entered by     set  keyv@5.5.0 index.js:187',
      '  called from    showUser  src/users.ts:12',
    ]);
  });

  it('prints no more of a function than is known, and that few samples are a hint', () => {
    const save = { function: 'save', file: 'src/db.ts', line: 9, column: 1 };
    const one = { entry: save, allocating: save, handler: null, share: 0.5, samples: 3, lines: [] };
    const hint = text({ scopes: [{ ...SCOPE, site: { kind: 'middleware', ...one } }] });
    expect(hint).toContain('save  src/db.ts:9  (in a middleware; 50 % of what stayed; a hint: 3 samples)');
    expect(hint).not.toContain('entered by');
    const native = { function: 'concat', file: '', line: 0, column: 0 };
    const inNative = text({ scopes: [{ ...SCOPE, site: { ...one, kind: 'function', allocating: native } }] });
    expect(inNative).toContain('  allocated in   concat  (native)  (function; ');
    const requests = text({ scopes: [{ ...SCOPE, site: { kind: 'requests', ...one, samples: 30 } }] });
    expect(requests).toContain(
      'allocated in   Node and the framework: requests themselves are kept  (50 % of',
    );
  });

  it('prints no place of a native function, which has none', () => {
    const parse = { function: 'JSON.parse', file: '(native)', line: 0, column: 0 };
    const site = { kind: 'function', entry: parse, allocating: parse, handler: null, lines: [] } as const;
    const told = text({ scopes: [{ ...SCOPE, site: { ...site, lines: [], share: 0.5, samples: 30 } }] });
    expect(told).toContain('allocated in   JSON.parse  (native)  (function; 50 %');
  });

  it('names no command where nothing samples', () => {
    const unavailable = [{ channel: 'sites' as const, reason: 'dd-trace is loaded' }];
    expect(text({ evidence: { ...REPORT.evidence, unavailable } })).not.toContain('npx leakguard');
  });

  it('says of growth that it may be a store that fills', () => {
    expect(text({ scopes: [{ ...SCOPE, verdict: 'growing' }] })).toContain('could also fit a bounded store');
  });

  it('does not claim a size for requests that are kept and were not measured', () => {
    const kept = {
      ...SCOPE,
      bytesPerUnit: null,
      ci95: null,
      totalBytes: null,
      bytesPerHour: null,
      signal: null,
    };
    const out = text({
      scopes: [{ ...kept, channels: ['survivors'], evidence: [SCOPE.evidence[1]!], candidates: [] }],
    });
    expect(out).toContain('LEAKING  GET /users/:id  finished request objects are kept\n');
    expect(out).not.toMatch(/null|undefined|NaN/);
  });

  it('calls Buffers Buffers and jobs jobs', () => {
    const job = { ...SCOPE, kind: 'job', scope: 'mail:send', signal: 'arrayBuffers' } as const;
    expect(text({ scopes: [job] })).toContain('LEAKING  mail:send  2.1 KB of Buffers per job');
  });

  it('prints the smallest leak that it could have seen when nothing grows', () => {
    expect(text({ scopes: [QUIET] })).toBe(
      'STABLE  nothing grows\n  cannot see     leaks below 3 KB per request on GET /health',
    );
  });

  it('does not say that nothing grows while live memory rises and nobody can be named', () => {
    const evidence = { ...REPORT.evidence, majorGcIntervalMs: 5000 };
    const rising = { ...REPORT.memory, floorBytes: 60e6, floorSlopeBytesPerHour: 657e6 };
    expect(text({ scopes: [QUIET], evidence, memory: rising })).toMatch(
      /^UNDECIDED {2}live memory rises by 627 MB per hour, and nothing is sure enough to be named\n {2}cannot see/,
    );
    const noise = { ...rising, floorSlopeBytesPerHour: 100e6 };
    expect(text({ scopes: [QUIET], evidence, memory: noise })).toContain('STABLE  nothing grows');
  });

  it('prints how many GCs are missing and when they will have been', () => {
    const evidence = { ...REPORT.evidence, majorGcsNeeded: 27, etaMs: 4_212_000 };
    const out = text({ scopes: [{ ...QUIET, verdict: 'warming-up' }], level: 'auto', evidence });
    expect(out).toBe(
      'WARMING UP  no verdict yet\n\n  27 more major GCs needed for the first verdict, in about 1 h 10 min at the present pace',
    );
  });

  it('says whose verdict is missing where scopes were found stable in isolates, and nothing of it where something grows', () => {
    const evidence = { ...REPORT.evidence, majorGcsNeeded: 11, etaMs: null };
    const job = { ...QUIET, kind: 'job', scope: 'mail:send' } as const;
    expect(text({ scopes: [job], level: 'auto', evidence })).toBe(
      [
        'STABLE  nothing grows in isolates',
        '  cannot see     leaks below 3 KB per job on mail:send',
        '',
        "  11 more major GCs needed for the first verdict on this process's own memory, when that will be is not known yet",
      ].join('\n'),
    );
    expect(text({ evidence })).not.toContain('needed');
  });

  it('says of growth in isolates what their lives are too short to exclude', () => {
    const floors = { channel: 'floors', posterior: 0.99, isolates: 12, note: 'in 12 isolates' } as const;
    const job = {
      ...SCOPE,
      kind: 'job',
      scope: 'mail:send',
      verdict: 'growing',
      evidence: [floors],
    } as const;
    const clause =
      'could also fit a bounded store that every isolate fills again; leaking takes 5000 jobs of it in the life of one isolate';
    expect(text({ scopes: [{ ...job, evidence: [floors] }] })).toContain(clause);
    expect(text({ scopes: [{ ...job, verdict: 'leaking', evidence: [floors] }] })).not.toContain(
      'could also fit',
    );
  });

  it('says that the moment is unknown when no pace is known', () => {
    const evidence = { ...REPORT.evidence, majorGcsNeeded: 33, etaMs: null };
    expect(text({ scopes: [], level: 'auto', evidence })).toContain('when that will be is not known yet');
  });

  it('accuses nobody where nobody is probable enough, and still prints the function and what to do next', () => {
    expect(text({ scopes: [QUIET], unattributed: UNDECIDED })).toBe(
      [
        'GROWING  undecided between GET /a (35 %), (background) (14 %)   12 MB so far',
        '  allocated in   remember  src/audit.ts:9  (function; 88 % of what stayed)',
        '  seen by        sites (120 samples came of age and stayed, p < 1e-12), floors (heap)',
        '  next           npx leakguard snapshot 4242 --wait 60s    which functions allocate what stays',
      ].join('\n'),
    );
  });

  it('prints the function also where live memory rises and nothing is sure enough to be told', () => {
    const evidence = { ...REPORT.evidence, majorGcIntervalMs: 5000 };
    const memory = { ...REPORT.memory, floorBytes: 60e6, floorSlopeBytesPerHour: 657e6 };
    expect(text({ scopes: [QUIET], evidence, memory, site: KEEPS })).toMatch(
      /^UNDECIDED .*\n {2}allocated in {3}remember {2}src\/audit.ts:9/,
    );
    expect(text({ scopes: [QUIET], site: KEEPS })).not.toContain('remember');
  });

  it('says for which routes a middleware runs', () => {
    const runs = (runsFor: SiteReport['runsFor']) =>
      text({ scopes: [{ ...SCOPE, site: { ...KEEPS, kind: 'middleware', ...(runsFor && { runsFor }) } }] });
    expect(runs({ every: true, scopes: ['GET /a'], more: 0 })).toContain('  runs for       every route\n');
    expect(runs({ every: false, scopes: ['GET /a', 'POST /b', 'GET /c', 'GET /d'], more: 4 })).toContain(
      '  runs for       GET /a, POST /b, GET /c and 5 more\n',
    );
    expect(runs({ every: false, scopes: ['GET /a'], more: 0 })).toContain('  runs for       GET /a\n');
    expect(runs(null)).not.toContain('runs for');
  });

  it('says in the headline that a name by survivors alone is a hint', () => {
    const hint = { channel: 'sites', samples: 30, p: 1e-9, posterior: 0.93, note: 'a hint: only 2' } as const;
    expect(text({ scopes: [{ ...SCOPE, channels: ['sites'], evidence: [hint] }] })).toContain(
      'if it is this one (93 %, a hint)',
    );
    const { posterior: _, ...sure } = hint;
    expect(text({ scopes: [{ ...SCOPE, evidence: [sure] }] })).not.toContain('if it is');
  });

  it('prints growth that follows no route', () => {
    const unattributed = {
      source: 'every-request',
      verdict: 'growing',
      signal: 'oldSpace',
      bytesPerUnit: 512,
      ci95: [480, 540],
      bytesPerHour: 1e8,
      totalBytes: 2e7,
      probability: 0.9,
      channels: ['floors'],
      evidence: [{ channel: 'floors' }],
      site: null,
      candidates: [{ scope: 'GET /health', probability: 0.1 }],
    } as const;
    const out = text({
      scopes: [QUIET],
      unattributed: { ...unattributed, ...MUTABLE, ci95: [480, 540], candidates: [] },
    });
    expect(out).toContain(
      'GROWING  (every request)  512 B per request, whatever the route: look at middleware',
    );
    const time = {
      ...unattributed,
      source: 'background',
      bytesPerUnit: null,
      ci95: null,
      candidates: [],
    } as const;
    expect(text({ scopes: [], unattributed: { ...time, ...MUTABLE, candidates: [] } })).toContain(
      '95 MB per hour, with or without traffic',
    );
  });
});

describe('the forecast of the heap limit', () => {
  const forecast = { limitBytes: 2.1 * 1024 ** 3, inMs: 7_800_000, ci95Ms: [6_600_000, 9_600_000] };
  const withForecast = (scopes: ScopeReport[], unattributed: GrowthReport['unattributed'] = null) =>
    JSON.parse(
      JSON.stringify({ ...REPORT, scopes, unattributed, memory: { ...REPORT.memory, forecast } }),
    ) as GrowthReport;
  const LINE = '         heap limit (2 GB) in about 2 h 10 min (1 h 50..2 h 40)';

  it('stands under the first line of a stored report, too', () => {
    expect(formatReport(withForecast([SCOPE])).split('\n')[1]).toBe(LINE);
  });

  it('is said once, by the worst scope that grows on the heap', () => {
    const buffers: ScopeReport = { ...SCOPE, scope: 'GET /a', signal: 'arrayBuffers' };
    const second: ScopeReport = { ...SCOPE, scope: 'GET /b' };
    const text = formatReport(withForecast([buffers, SCOPE, second]));
    expect(text.split('heap limit')).toHaveLength(2);
    expect(text.split('\n\n')[1]!.split('\n')[1]).toBe(LINE);
  });

  it('is said of growth that follows no scope if no scope has it', () => {
    const unattributed = {
      source: 'background',
      verdict: 'growing',
      signal: 'oldSpace',
      bytesPerUnit: null,
      ci95: null,
      bytesPerHour: 5e6,
      totalBytes: 9e6,
      probability: 0.97,
      channels: ['floors'],
      evidence: [{ channel: 'floors' }],
      site: null,
      candidates: [],
    } as const;
    expect(
      formatReport(withForecast([], { ...unattributed, ...MUTABLE, candidates: [] })).split('\n')[1],
    ).toBe(LINE);
  });

  it('is left out where a report knows none', () => {
    expect(formatReport(REPORT)).not.toContain('heap limit');
    const { forecast: _, ...old } = REPORT.memory;
    expect(formatReport({ ...REPORT, memory: old as never })).not.toContain('heap limit');
  });
});
