import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LogFile, type LogFileOptions } from '../../src/report/log-file.ts';
import { logFileName } from '../../src/report/log-rotation.ts';
import {
  fileInPlace,
  fullDisk,
  linesIn,
  parsed,
  readOnlyPlace,
  temporaryFolder,
} from './temporary-folder.ts';

const RETRY_MS = 10_000;

interface Numbered {
  n: number;
}

/** A log file in `folder`, with its clock and what it told; every line it gets has its number. */
function logIn(folder: string, options: Partial<LogFileOptions> = {}) {
  const told: string[] = [];
  const clock = { nowMs: 0 };
  const file = new LogFile({
    nameOf: (slot) => logFileName(join(folder, 'growth.ndjson'), 1234, null, slot),
    now: () => clock.nowMs,
    onOutage: (message) => told.push(`outage: ${message}`),
    onResume: (message) => told.push(`resume: ${message}`),
    ...options,
  });
  let n = 0;
  const append = (count: number, pad = 0): void => {
    for (let i = 0; i < count; i++) file.append(JSON.stringify({ n: n++, pad: 'x'.repeat(pad) }));
  };
  return { file, told, clock, append, current: join(folder, 'growth.1234.ndjson') };
}

function numbersIn(folder: string): number[] {
  const { values } = parsed<Numbered>(Object.values(linesIn(folder)).flat());
  return values.map(({ n }) => n).sort((a, b) => a - b);
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe('the name of a log file', () => {
  it.each([
    ['/logs/growth.ndjson', null, 0, '/logs/growth.1234.ndjson'],
    ['/logs/growth.ndjson', 5, 0, '/logs/growth.1234-5.ndjson'],
    ['/logs/growth.ndjson', null, 2, '/logs/growth.1234.2.ndjson'],
    ['/logs/growth.ndjson', 5, 2, '/logs/growth.1234-5.2.ndjson'],
    ['/logs/growth', null, 1, '/logs/growth.1234.1'],
    ['/logs/.ndjson', null, 0, '/logs/.ndjson.1234'],
  ])('of %s in thread %s, slot %s, is %s', (path, threadId, slot, expected) => {
    expect(logFileName(path, 1234, threadId, slot).replaceAll('\\', '/')).toBe(expected);
  });
});

describe('rotation', () => {
  it('loses no line and never lets a file grow beyond the limit', () => {
    const folder = temporaryFolder();
    const { append, told } = logIn(folder, { maxBytes: 1000 });
    append(60, 50);
    const files = linesIn(folder);
    expect(Object.keys(files)).toEqual(
      ['.1', '.2', '.3', '.4', ''].map((slot) => `growth.1234${slot}.ndjson`),
    );
    for (const name of Object.keys(files)) {
      expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(1000);
    }
    const oldestFirst = [4, 3, 2, 1].flatMap((slot) => files[`growth.1234.${slot}.ndjson`]!);
    const { values } = parsed<Numbered>([...oldestFirst, ...files['growth.1234.ndjson']!]);
    expect(values.map(({ n }) => n)).toEqual(upTo(60));
    expect(told).toEqual([]);
  });

  it('keeps five files and drops only the oldest lines', () => {
    const folder = temporaryFolder();
    const { append } = logIn(folder, { maxBytes: 1000 });
    append(500, 50);
    const numbers = numbersIn(folder);
    expect(Object.keys(linesIn(folder))).toHaveLength(5);
    expect(numbers).toEqual(upTo(500).slice(-numbers.length));
    expect(numbers.length).toBeGreaterThan(50);
  });

  it('gives a line longer than the limit a file of its own', () => {
    const folder = temporaryFolder();
    const { append } = logIn(folder, { maxBytes: 1000 });
    append(1);
    append(1, 5000);
    append(1);
    expect(Object.values(linesIn(folder)).map((lines) => lines.length)).toEqual([1, 1, 1]);
  });

  it('goes on in the file of an earlier process with the same id', () => {
    const folder = temporaryFolder();
    logIn(folder).append(3);
    logIn(folder).append(2);
    expect(linesIn(folder)['growth.1234.ndjson']).toHaveLength(5);
  });

  it('moves files only up to a free slot, so that one that failed half-way costs no history', () => {
    const folder = temporaryFolder();
    const { append } = logIn(folder, { maxBytes: 100 });
    for (const slot of [1, 3]) writeFileSync(join(folder, `growth.1234.${slot}.ndjson`), `${slot}\n`);
    append(2, 60);
    expect(linesIn(folder)).toMatchObject({ 'growth.1234.2.ndjson': ['1'], 'growth.1234.3.ndjson': ['3'] });
  });
});

describe('a log file that others touch', () => {
  it('is made again with its folder when both were removed, and nothing is said or lost', () => {
    const folder = join(temporaryFolder(), 'a', 'b');
    const { append, told } = logIn(folder);
    append(1);
    rmSync(folder, { recursive: true });
    append(2);
    expect(numbersIn(folder)).toEqual([1, 2]);
    expect(told).toEqual([]);
  });

  it('is begun again when it was removed or rotated away', () => {
    const folder = temporaryFolder();
    const { append, told, current } = logIn(folder);
    append(1);
    renameSync(current, join(folder, 'growth.1234.ndjson.old'));
    append(1);
    expect(numbersIn(folder)).toEqual([0, 1]);
    rmSync(current);
    append(1);
    expect(linesIn(folder)['growth.1234.ndjson']).toHaveLength(1);
    expect(told).toEqual([]);
  });

  it('never puts a whole line after half a one', () => {
    const folder = temporaryFolder();
    const { append, current } = logIn(folder);
    writeFileSync(current, '{"n":0}\n{"n":1,"pa');
    append(2);
    expect(readFileSync(current, 'utf8')).toBe('{"n":0}\n{"n":1,"pa\n{"n":0,"pad":""}\n{"n":1,"pad":""}\n');
  });
});

describe('a log file that cannot be written', () => {
  const places = [
    ['on a full disk', () => fullDisk('growth.1234.ndjson')],
    ['on a read-only disk', readOnlyPlace],
    ['whose folder is a file', fileInPlace],
  ] as const;

  it.runIf(process.platform === 'linux')('because no folder can be made there is no endless attempt', () => {
    const { append, told } = logIn('/proc/self/leakguard/logs');
    append(2);
    expect(told).toEqual([expect.stringContaining('ENOENT')]);
  });

  it.each(places)('%s: warns once, resumes, and says how many lines were lost', (_, place) => {
    const { folder, mend } = place();
    const { append, told, clock } = logIn(folder);
    append(100, 500);
    for (let hour = 0; hour < 5; hour++) {
      clock.nowMs += 3_600_000;
      append(1, 5000);
    }
    expect(told).toEqual([
      expect.stringMatching(/^outage: cannot write the growth log .*growth\.1234\.ndjson \(E[A-Z]+: /),
    ]);
    mend();
    clock.nowMs += RETRY_MS;
    append(10, 500);
    expect(told).toHaveLength(2);
    const lost = Number(/^resume: .* written again; lines lost meanwhile: (\d+)$/.exec(told[1]!)![1]);
    const numbers = numbersIn(folder);
    expect(numbers.length).toBe(115 - lost);
    expect(numbers.slice(-10)).toEqual(upTo(115).slice(-10));
    expect(lost).toBeGreaterThan(5);
  });

  it('is told at the start, before there is a line to lose', () => {
    const { folder, mend } = fileInPlace();
    const { file, told, clock, append } = logIn(folder);
    file.start();
    expect(told).toHaveLength(1);
    mend();
    clock.nowMs += RETRY_MS;
    append(1);
    expect(told[1]).toMatch(/lines lost meanwhile: 0$/);
  });

  it('is tried at most once in ten seconds', () => {
    const { folder, mend } = fileInPlace();
    const { append, clock, told } = logIn(folder);
    append(1);
    mend();
    clock.nowMs = RETRY_MS - 1;
    append(5);
    expect(told).toHaveLength(1);
    clock.nowMs = RETRY_MS;
    append(1);
    expect(told[1]).toMatch(/lines lost meanwhile: 6$/);
    expect(numbersIn(folder)).toEqual([6]);
  });

  it('warns again in the next outage', () => {
    const folder = temporaryFolder();
    const { append, clock, told, current } = logIn(folder);
    for (let outage = 0; outage < 2; outage++) {
      rmSync(current, { recursive: true, force: true });
      mkdirSync(current);
      append(1);
      rmSync(current, { recursive: true });
      clock.nowMs += RETRY_MS;
      append(1);
    }
    expect(told.map((message) => message.split(':')[0])).toEqual(['outage', 'resume', 'outage', 'resume']);
  });
});
