import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { LogMerger } from '../../src/merge/log-merger.ts';
import type { LogReport } from '../../src/merge/log-report.ts';
import { logSource } from '../../src/read/log-source.ts';
import { parseLogLine } from '../../src/read/parse-log-line.ts';
import { splitLines } from '../../src/read/split-lines.ts';
import { at, memoryLine, ndjson } from '../log-fixture.ts';

function merged(...lines: string[]): LogReport {
  const merger = new LogMerger(null);
  for (const [index, text] of lines.entries())
    merger.add(parseLogLine({ number: index + 1, text, ended: true }), 'growth.ndjson', index + 1);
  return merger.report();
}

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

const line = (units: number): string =>
  JSON.stringify(memoryLine({ minute: 1, scopes: [{ scope: 'GET /a', units }] }));

test.each(['pid', 'threadId'])(
  'a %s nested deeper than JSON can be written again is no stack overflow',
  (field) => {
    const nested = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const text = `{"${field}":${nested},"v":1,"event":"notice","time":"${at(1)}","message":"x"}`;
    expect(merged(text)).toMatchObject({ lines: { damaged: 0 }, notices: [{ message: 'x' }] });
  },
);

test('figures that no process has do not swallow the units of others', () => {
  const { scopes, lines } = merged(line(1e300), line(20));
  expect(scopes).toMatchObject([{ units: 20 }]);
  expect(lines.damaged).toBe(1);
});

test('the first bucket of a log from the first to the last time there is, is a time', () => {
  const notice = (time: number): string => JSON.stringify({ v: 1, time, event: 'notice', message: 'x' });
  expect(merged(notice(-8.64e15), notice(8.64e15)).buckets?.start).toBe('-271821-04-20T00:00:00.000Z');
});

test.each([1, 2, 3])(
  'a compressed log is known as one from a pipe that gives %i bytes at a time',
  async (size) => {
    const source = await logSource('-', chunksOf(gzipSync(ndjson(line(5))), size));
    const texts: (string | null)[] = [];
    for await (const { text } of splitLines(source.open())) texts.push(text);
    expect(texts).toEqual([line(5)]);
  },
);

test('the longest line that a guard can write is read, with every scope in it', async () => {
  const names = Array.from({ length: 9_996 }, (_, number) => `${number} `.padEnd(256, '語'));
  const scopes = [...names, ...Array(4).fill('(other)')].map((scope, index) => ({
    scope,
    kind: index % 2 ? 'job' : 'route',
    units: 1,
  }));
  const text = JSON.stringify(memoryLine({ minute: 1, scopes }));
  expect(Buffer.byteLength(text)).toBeGreaterThan(8 * 1024 ** 2);
  const lines: string[] = [];
  for await (const { text: read } of splitLines(chunksOf(Buffer.from(`${text}\n`), 65_536)))
    lines.push(read!);
  expect(lines).toEqual([text]);
  const all = [...scopes, { scope: 'GET /one', units: 1 }, { scope: 'GET /two', units: 1 }];
  const { statesDropped } = merged(JSON.stringify(memoryLine({ minute: 1, scopes: all })));
  expect(statesDropped).toBe(0);
});
