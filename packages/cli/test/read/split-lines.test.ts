import { expect, test } from 'vitest';
import { type Line, splitLines } from '../../src/read/split-lines.ts';

async function* chunked(text: string | Buffer, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text as string);
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function linesOf(text: string | Buffer, size = 3, maxBytes?: number): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const line of splitLines(chunked(text, size), maxBytes)) lines.push(line);
  return lines;
}

test.each([1, 2, 5, 1000])('lines and characters may be split between chunks (of %i bytes)', async (size) => {
  expect(await linesOf('é\n\n☃ b\n', size)).toEqual([
    { number: 1, text: 'é', ended: true },
    { number: 2, text: '', ended: true },
    { number: 3, text: '☃ b', ended: true },
  ]);
});

test('a last line without a line feed is given as not ended', async () => {
  expect(await linesOf('a\nb')).toEqual([
    { number: 1, text: 'a', ended: true },
    { number: 2, text: 'b', ended: false },
  ]);
});

test('a byte order mark is dropped, at the beginning only', async () => {
  expect((await linesOf('\ufeffa\n\ufeffb\n')).map(({ text }) => text)).toEqual(['a', '\ufeffb']);
});

test('a line above the limit is dropped while it comes, and the next one is read', async () => {
  expect(await linesOf(`${'x'.repeat(11)}\n${'y'.repeat(10)}\n`, 4, 10)).toEqual([
    { number: 1, text: null, ended: true },
    { number: 2, text: 'yyyyyyyyyy', ended: true },
  ]);
});

test('nothing has no lines', async () => {
  expect(await linesOf('')).toEqual([]);
});
