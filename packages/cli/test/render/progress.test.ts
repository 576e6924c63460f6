import { expect, test } from 'vitest';
import { Progress } from '../../src/render/progress.ts';

const MB = 1024 ** 2;

function written(isTTY: boolean, totalBytes: number | null, chunks: readonly number[]): string[] {
  const texts: string[] = [];
  const progress = new Progress(
    { isTTY, write: (text) => texts.push(text.replace('\r\u001b[K', '|')) },
    totalBytes,
  );
  for (const bytes of chunks) progress.add(bytes);
  progress.end();
  return texts;
}

test('tells how much of a big input is read, then wipes its line', () => {
  const texts = written(true, 100 * MB, [10 * MB, 40 * MB, 50 * MB]);
  expect(texts).toEqual([
    '|10 MB of 100 MB read (10 %)',
    '|50 MB of 100 MB read (50 %)',
    '|100 MB of 100 MB read (100 %)',
    '|',
  ]);
});

test('an input of unknown size shows what was read', () => {
  expect(written(true, null, [33 * MB])).toEqual(['|33 MB read', '|']);
});

test('is silent in pipes and for small inputs', () => {
  expect(written(false, 100 * MB, [50 * MB, 50 * MB])).toEqual([]);
  expect(written(true, 1 * MB, [1 * MB])).toEqual([]);
});
