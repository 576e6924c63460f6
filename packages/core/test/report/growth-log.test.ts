import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { recordEvent } from '../../src/adapter/record-event.ts';
import { guardOn } from '../../src/guard.ts';
import { scopeName } from '../../src/measure/scope-name.ts';
import { GrowthLog } from '../../src/report/growth-log.ts';
import { type GrowthLogLine, growthLogLine } from '../../src/report/growth-log-line.ts';
import { snapshotBody } from '../../src/report/snapshot-event.ts';
import type { SiteReport } from '../../src/site-types.ts';
import type { Guard, GuardOptions, Logger } from '../../src/types.ts';
import { normal, seededRandom } from '../attribute/generated-rows.ts';
import { FakeRuntime } from '../fake-runtime.ts';
import { faults, schema } from './growth-log-schema.ts';
import { frame, snapshotOf, stackOf } from './snapshot-fixture.ts';
import { linesIn, temporaryFolder } from './temporary-folder.ts';
import { AUDIT, RECYCLE } from './told-events.ts';

const EVENTS = [
  ...(['growth', 'leak', 'cleared', 'spike', 'memory', 'notice', 'recycle', 'audit', 'snapshot'] as const),
];
const ROUTES = ['GET /a', 'GET /b', 'GET /\u0000\u001b[31m\n\ud800 ü 🦊 "\\ __proto__', '__proto__'];
const FILE = `growth.${process.pid}.ndjson`;

interface LoggerLine {
  level: string;
  fields: Record<string, unknown>;
  message: string;
}

function setUp(options: GuardOptions = {}) {
  const runtime = new FakeRuntime();
  const folder = temporaryFolder();
  const logged: LoggerLine[] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void logged.push({ level, fields: { ...fields }, message });
  const logger: Logger = { info: at('info'), warn: at('warn'), error: at('error') };
  const logFile = join(folder, 'growth.ndjson');
  const guard = guardOn(runtime, { enabled: true, level: 'prove', logger, logFile, ...options });
  return { runtime, guard, logged, folder };
}

interface Growth {
  /** Bytes. */
  perUnit?: number;
  perUnitOfB?: number;
}

/** Traffic on every route in a changing mix, with a leak on all of them or on the second one. */
function drive(
  { runtime, guard }: { runtime: FakeRuntime; guard: Guard },
  seconds: number,
  { perUnit = 0, perUnitOfB = 0 }: Growth = {},
): void {
  const random = seededRandom(seconds);
  const ids = ROUTES.map((name) => guard.scope('route', name));
  for (let second = 0; second < seconds; second++) {
    const counts = ids.map((_, i) => Math.round((200 / (i + 1)) * Math.exp(0.7 * normal(random))));
    for (const [i, id] of ids.entries()) for (let n = 0; n < counts[i]!; n++) guard.begin().end(id);
    const units = counts.reduce((sum, count) => sum + count);
    runtime.heapBytes += perUnit * units + perUnitOfB * counts[1]! + 30_000 * normal(random);
    runtime.cpuMs += 500;
    runtime.pass(1000);
  }
}

function linesOf(folder: string): GrowthLogLine[] {
  return linesIn(folder)[FILE]!.map((line) => JSON.parse(line) as GrowthLogLine);
}

/** A run in which a route leaks and is mended, and the scopes run out; then one in which every request leaks. */
async function everyEvent() {
  const setup = setUp({ maxScopes: 5 });
  drive(setup, 80, { perUnitOfB: 3000 });
  drive(setup, 240);
  for (const name of ['mail:send', 'mail:count']) setup.guard.begin().end(setup.guard.scope('job', name));
  recordEvent(setup.guard, RECYCLE);
  recordEvent(setup.guard, AUDIT);
  await setup.guard.close();
  const everyRequest = setUp();
  drive(everyRequest, 80, { perUnit: 1000 });
  drive(everyRequest, 240);
  await everyRequest.guard.close();
  const lines = linesOf(setup.folder);
  return { ...setup, lines, allLines: [...lines, ...linesOf(everyRequest.folder)] };
}

const LOAD = frame('loadUser');
const SITE: SiteReport = {
  ...{ kind: 'function', entry: { ...LOAD, package: 'keyv@5.5.0' }, allocating: LOAD, handler: LOAD },
  ...{ share: 0.93, samples: 46 },
  lines: [
    { line: 47, column: 3, text: 'cache.set(url, user)', kind: 'keeps', container: 'a module-level Map' },
  ],
};

const run = everyEvent();
const spike = growthLogLine('2026-01-01T12:00:00.000Z', {
  event: 'spike',
  scope: 'GET /b',
  kind: 'route',
  bytes: 5_000_000,
  suppressed: 3,
});

const loading = snapshotOf([stackOf([LOAD], [1, 2]), stackOf([{ ...LOAD, package: 'keyv@5.5.0' }], [3])]);
const taken = growthLogLine(
  '2026-01-01T12:00:00.000Z',
  snapshotBody(loading, { trigger: 'signal', older: loading, file: '/tmp/a.json' }),
);
const nothingTaken = growthLogLine(
  '2026-01-01T12:00:00.000Z',
  snapshotBody(snapshotOf(null), { trigger: 'call', older: null, file: null }),
);
const made = [spike, taken, nothingTaken];

/** Every object inside a value, the value itself included. */
function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) ? inner : [value, ...inner];
}

/** How many objects of a line the schema leaves open: a field that is added to one of them goes unnoticed. */
function openObjects(validate: ValidateFunction, line: object): number {
  return objectsIn(line).filter((object) => {
    Object.assign(object, { unheardOf: 1 });
    const isAccepted = faults(validate, line).length === 0;
    Reflect.deleteProperty(object, 'unheardOf');
    return isAccepted;
  }).length;
}

describe('the growth log', () => {
  it('has every event, of scopes and of growth that follows none', async () => {
    const { allLines: lines } = await run;
    const kinds = lines.map(
      (line) => `${line.event}${'scope' in line && line.scope === null ? ' null' : ''}`,
    );
    expect([...new Set(kinds)].sort()).toEqual([
      'audit',
      'cleared',
      'cleared null',
      'growth',
      'growth null',
      'leak',
      'leak null',
      'memory',
      'notice',
      'recycle',
    ]);
  });

  it('holds every line to the schema that ships', async () => {
    const { allLines: lines } = await run;
    const validators = Object.fromEntries(EVENTS.map((event) => [event, schema(event)]));
    const anyLine = schema('growth-log');
    for (const line of [...lines, ...made]) {
      expect(faults(validators[line.event]!, line)).toEqual([]);
      expect(faults(anyLine, line)).toEqual([]);
    }
  });

  it('has a schema that refuses an unknown field in any object of any event', async () => {
    const { allLines: lines } = await run;
    for (const event of EVENTS) {
      const validate = schema(event);
      for (const line of [...lines, ...made].filter((line) => line.event === event).slice(0, 3)) {
        expect(openObjects(validate, structuredClone(line))).toBe(0);
      }
    }
  });

  it('has room for the site of a scope and for what grew most, and for no more', async () => {
    const { allLines: lines } = await run;
    const { topSites } = snapshotBody(loading, { trigger: 'call', older: null, file: null });
    for (const event of ['growth', 'leak'] as const) {
      for (const line of lines.filter((line) => line.event === event)) {
        const named = { ...line, topSites, ...('site' in line ? { site: SITE } : {}) };
        expect(faults(schema(event), named)).toEqual([]);
        expect(openObjects(schema(event), structuredClone(named))).toBe(0);
      }
    }
  });

  it('has all scopes in its memory lines, with names of any characters, whatever the logger gets', async () => {
    const { lines, logged } = await run;
    const last = lines.filter((line) => line.event === 'memory').at(-1)!;
    const names = last.scopes.map(({ scope }) => scope);
    for (const name of ROUTES) expect(names).toContain(scopeName(name));
    expect(last).toMatchObject({ level: 'prove', node: process.version, uptimeMs: 320_000 });
    const tables = logged.filter(({ fields }) => fields.event === 'memory');
    expect(tables.length).toBeGreaterThan(0);
    expect(tables.length).toBeLessThan(lines.filter(({ event }) => event === 'memory').length);
  });

  it('has one memory line per interval, and one more at close, which comes last', async () => {
    const { lines } = await run;
    expect(lines.filter(({ event }) => event === 'memory')).toHaveLength(Math.floor(320 / 60) + 1);
    expect(lines.at(-1)!.event).toBe('memory');
    expect(lines.slice(-4, -1).map(({ event }) => event)).toEqual(['notice', 'recycle', 'audit']);
  });

  it('tells of a change with the fields that the logger gets', async () => {
    const { lines, logged } = await run;
    const changes = ['growth', 'leak', 'cleared'];
    const inFile = lines.filter(({ event }) => changes.includes(event));
    const inLogger = logged
      .map(({ fields }) => fields)
      .filter(({ event }) => changes.includes(event as string));
    expect(inLogger).toHaveLength(inFile.length);
    for (const [i, { time, pid, ...line }] of inFile.entries()) {
      expect(inLogger[i]).toEqual(line);
      expect(pid).toBe(process.pid);
      expect(Date.parse(time)).toBeGreaterThan(0);
    }
  });

  it('gets its memory lines also where the logger gets no table', () => {
    const { guard, runtime, logged, folder } = setUp({ logGrowth: false });
    guard.begin().end(guard.scope('job', 'mail:send'));
    runtime.pass(180_000);
    expect(linesOf(folder).map(({ event }) => event)).toEqual(['memory', 'memory', 'memory']);
    expect(logged).toEqual([]);
  });

  it('writes no second memory line when the guard is closed again', async () => {
    const { guard, folder } = setUp();
    await guard.close();
    await guard.close();
    expect(linesOf(folder)).toHaveLength(1);
  });
});

describe('a growth log that cannot be written', () => {
  it('warns through the logger once, from the start, and notes in both that it resumed', () => {
    const runtime = new FakeRuntime();
    const folder = join(temporaryFolder(), 'logs');
    writeFileSync(folder, '');
    const warnings: [object, string][] = [];
    const logger: Logger = {
      info: () => undefined,
      warn: (fields, message) => void warnings.push([fields, message]),
      error: () => undefined,
    };
    const logFile = join(folder, 'growth.ndjson');
    const guard = guardOn(runtime, { enabled: true, logger, logFile });
    runtime.pass(300_000);
    expect(warnings).toEqual([
      [{ v: 1, event: 'notice' }, expect.stringMatching(/^cannot write the growth log /)],
    ]);
    rmSync(folder);
    mkdirSync(folder);
    runtime.pass(60_000);
    const resumed = expect.stringMatching(/is written again; lines lost meanwhile: 5$/);
    expect(warnings[1]).toEqual([{ v: 1, event: 'notice' }, resumed]);
    expect(linesOf(folder)).toMatchObject([{ event: 'memory' }, { event: 'notice', message: resumed }]);
    expect(guard.report().uptimeMs).toBe(360_000);
  });

  it('tells of a line that cannot be made, and goes on with the next', () => {
    const { guard, logged } = setUp();
    const folder = temporaryFolder();
    const errors: unknown[] = [];
    const log = new GrowthLog({
      logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
      logGrowth: false,
      logFile: join(folder, 'growth.ndjson'),
      now: () => 0,
      date: () => new Date(0),
      onError: (error) => errors.push(error),
    });
    log.memory({ ...guard.report(), uptimeMs: 1n as never });
    log.memory(guard.report());
    expect(errors).toEqual([expect.any(TypeError)]);
    expect(linesOf(folder)).toHaveLength(1);
    expect(logged).toEqual([]);
  });
});
