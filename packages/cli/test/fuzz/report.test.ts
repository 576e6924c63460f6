import { describe, expect, it } from 'vitest';
import { cases, FUZZ_SEED, fc } from '../../../../test/fuzz/fast-check.ts';
import { anyText } from '../../../../test/fuzz/hostile-values.ts';
import { runCli } from '../../src/cli.ts';
import type { LogReport } from '../../src/merge/log-report.ts';
import { at, memoryLine } from '../log-fixture.ts';

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** `leakguard report -` of these chunks. */
async function report(chunks: readonly Uint8Array[], ...more: string[]): Promise<Outcome> {
  const outcome = { code: -1, stdout: '', stderr: '' };
  const stdin = (async function* () {
    yield* chunks;
  })();
  const write = (to: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      outcome[to] += text;
    },
  });
  const streams = { stdin, stdout: write('stdout'), stderr: write('stderr') };
  outcome.code = await runCli(['report', '-', ...more], streams);
  return outcome;
}

/** What must hold of any outcome: it ends in order, prints nothing that a terminal obeys, and JSON with every figure. */
async function reportOf(chunks: readonly Uint8Array[]): Promise<LogReport | null> {
  const [table, json] = [await report(chunks), await report(chunks, '--json')];
  expect([0, 2]).toContain(table.code);
  expect(json.code).toBe(table.code);
  expect(`${table.stdout}${table.stderr}`.replaceAll('\n', '')).not.toMatch(
    /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202e]/u,
  );
  if (json.code !== 0) return null;
  const merged = JSON.parse(json.stdout) as LogReport;
  for (const { units, processes } of merged.scopes)
    expect([typeof units, typeof processes]).toEqual(['number', 'number']);
  return merged;
}

/** Bytes cut into chunks at any place. */
function chunked(bytes: Buffer, cuts: readonly number[]): Uint8Array[] {
  const places = cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
  return [...places, bytes.length].map((to, index) => bytes.subarray(places[index - 1] ?? 0, to));
}

/** More than can be written again: JSON.parse takes any depth, JSON.stringify the depth of the stack. */
const DEPTH = 10_000;

type Kind = 'damaged' | 'other' | 'newer' | 'unknown' | 'empty';
interface Piece {
  bytes: Buffer;
  kind: Kind;
}

const piece = (kind: Kind, text: string | Buffer): Piece => ({ kind, bytes: Buffer.from(text as string) });
const good = JSON.stringify(memoryLine({ minute: 0, scopes: [{ scope: 'GET /a', units: 1 }] }));

/** What is no JSON, in bytes of any kind. */
const rubbish = fc.uint8Array({ maxLength: 60 }).map((array) => {
  const bytes = Buffer.from(array.map((byte) => (byte === 0x0a ? 0x0b : byte)));
  return piece('damaged', Buffer.concat([Buffer.from('{!'), bytes]));
});
const truncated = fc
  .integer({ min: 1, max: good.length - 1 })
  .map((length) => piece('damaged', good.slice(0, length)));
const nested = fc.constantFrom(1, 100, DEPTH).map((depth) => '['.repeat(depth) + ']'.repeat(depth));

/** A line of ours with one field that is not as it must be. */
const misshapen = fc
  .constantFrom<[string, string]>(
    ['"units":1', '"units":-1'],
    ['"units":1', '"units":"1"'],
    ['"units":1', '"units":1e999'],
    ['"units":1', '"units":1e300'],
    ['"units":1', '"units":null'],
    ['"time":"2026', '"time":"x2026'],
    ['"scope":"GET /a"', '"scope":["GET /a"]'],
    ['"verdict":"stable"', '"verdict":"__proto__"'],
    ['"scopes":[', '"scopes":[null,'],
    ['"scopes":[', '"__proto__":['],
  )
  .map(([from, to]) => piece('damaged', good.replace(from, to)));
const foreign = fc.oneof(
  fc.json().map((text) => piece('other', text.replaceAll('"v"', '"w"'))),
  fc
    .constantFrom('{"__proto__":{"v":1,"event":"memory"}}', '{"v":"1","event":"memory"}', '0', '"x"', 'null')
    .map((text) => piece('other', text)),
  nested.map((text) => piece('other', text)),
  anyText().map((event) => piece('unknown', JSON.stringify({ v: 1, event: `recycle ${event}` }))),
  fc.constantFrom('2', '1.5', '1e999').map((v) => piece('newer', `{"v":${v},"event":"memory"}`)),
  fc.constantFrom('', ' ', '\t', ' \r').map((text) => piece('empty', text)),
);
const anyPiece = fc.oneof(rubbish, truncated, misshapen, foreign);

const anyFile = fc.record({
  /** Before each good line, and at the end. */
  between: fc.array(fc.array(anyPiece, { maxLength: 3 }), { minLength: 2, maxLength: 5 }),
  lineEnd: fc.constantFrom('\n', '\r\n'),
  bom: fc.boolean(),
  ended: fc.boolean(),
  cuts: fc.array(fc.nat(), { maxLength: 8 }),
});

describe(`leakguard report on any input (seed ${FUZZ_SEED})`, () => {
  it('counts what it cannot use, with the number of its line, and the good lines as if nothing else were there', async () => {
    await fc.assert(
      fc.asyncProperty(anyFile, async ({ between, lineEnd, bom, ended, cuts }) => {
        const lines = between.flatMap((pieces, index) => {
          const fields = memoryLine({
            minute: index,
            scopes: [{ scope: 'GET /a', units: (index + 1) * 10 }],
          });
          return index === between.length - 1
            ? pieces
            : [...pieces, { kind: 'good', bytes: Buffer.from(JSON.stringify(fields)) }];
        });
        const parts = lines.map(({ bytes }) => Buffer.concat([bytes, Buffer.from(lineEnd)]));
        const whole = Buffer.concat([Buffer.from(bom ? '\ufeff' : ''), ...parts]);
        const bytes = ended ? whole : whole.subarray(0, whole.length - lineEnd.length);
        const merged = (await reportOf(chunked(bytes, cuts)))!;
        const count = (kind: string): number => lines.filter((line) => line.kind === kind).length;
        expect(merged.scopes).toMatchObject([{ scope: 'GET /a', units: (between.length - 1) * 10 }]);
        const { damaged, other, newer, unknown } = merged.lines;
        const unknowns = Object.values(unknown).reduce((sum, number) => sum + number, 0);
        expect({ damaged, other, newer, unknowns }).toEqual({
          damaged: count('damaged'),
          other: count('other'),
          newer: count('newer'),
          unknowns: count('unknown'),
        });
        const numbers = lines.flatMap(({ kind }, index) => (kind === 'damaged' ? [index + 1] : []));
        expect(merged.damaged.map(({ line }) => line)).toEqual(numbers);
      }),
      cases(100),
    );
  });

  it('survives lines of ours with anything in their fields', async () => {
    const number = fc.constantFrom(0, -0, 1, 50, 1e15, 1e16, 1e200, 1.7e308, -1e308, 5e-324, -5);
    const time = fc.oneof(
      fc.constantFrom(at(0), at(1), 8.64e15, -8.64e15, 0, '+275760-09-13T00:00:00.000Z'),
      number,
    );
    const json = fc.jsonValue({ maxDepth: 1 });
    const deep = fc.constant({ deep: true });
    const size = fc.oneof({ weight: 4, arbitrary: number }, json);
    const scope = fc.record(
      {
        scope: anyText(),
        kind: fc.oneof(fc.constantFrom('route', 'job'), json),
        units: number,
        turn: size,
        verdict: fc.constantFrom('stable', 'growing', 'leaking', 'warming-up'),
        bytesPerUnit: size,
        ci95: fc.oneof(fc.tuple(number, number), json),
        totalBytes: size,
      },
      { requiredKeys: ['scope', 'units', 'verdict'] },
    );
    const line = fc.record(
      {
        v: fc.constant(1),
        event: fc.constantFrom('memory', 'memory', 'growth', 'leak', 'cleared', 'spike', 'notice'),
        time,
        pid: fc.oneof(number, json, deep),
        threadId: fc.oneof(json, deep),
        hostname: fc.oneof(anyText(), json),
        uptimeMs: size,
        scopes: fc.array(scope, { maxLength: 3 }),
        unattributed: fc.oneof(
          scope.map((fields) => ({ ...fields, source: fields.scope, bytesPerHour: fields.totalBytes })),
          json,
        ),
        message: anyText(),
        bytes: size,
        suppressed: size,
      },
      { requiredKeys: ['v', 'event', 'time', 'scopes'] },
    );
    const file = fc.array(
      fc.tuple(line, scope).map(([head, body]) => ({ ...body, ...head })),
      { maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(file, async (lines) => {
        const nest = `${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`;
        const text = lines
          .map((fields) => `${JSON.stringify(fields).replaceAll('{"deep":true}', nest)}\n`)
          .join('');
        await reportOf([Buffer.from(text)]);
      }),
      cases(40),
    );
  });

  it('survives a log in which any bytes have changed', async () => {
    const log = [1, 2, 3]
      .map(
        (minute) =>
          `${JSON.stringify(memoryLine({ minute, scopes: [{ scope: 'GET /a', units: minute }] }))}\n`,
      )
      .join('');
    const change = fc.tuple(fc.nat(), fc.nat({ max: 255 }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { maxLength: 12 }),
        fc.array(fc.nat(), { maxLength: 4 }),
        async (changes, cuts) => {
          const bytes = Buffer.from(log);
          for (const [place, byte] of changes) bytes[place % bytes.length] = byte;
          await reportOf(chunked(bytes, cuts));
        },
      ),
      cases(100),
    );
  });
});
