import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { inOrderOfTime } from '../../src/read/in-order-of-time.ts';
import { DamagedGzipError, logSource } from '../../src/read/log-source.ts';
import { memoryLine, ndjson, writeLogs } from '../log-fixture.ts';

const noInput = Readable.from([]);

async function textOf(path: string, stdin: AsyncIterable<Uint8Array> = noInput): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await logSource(path, stdin)).open()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('reads plain and gzip files, several gzip members and stdin alike', async () => {
  const members = Buffer.concat([gzipSync('he'), gzipSync('llo')]);
  const files = await writeLogs({ plain: 'hello', zipped: members });
  for (const file of files) expect(await textOf(file)).toBe('hello');
  expect(await textOf('-', Readable.from([members]))).toBe('hello');
});

test('an empty file has no bytes', async () => {
  const [file] = await writeLogs({ empty: '' });
  expect(await textOf(file!)).toBe('');
});

test('a gzip file that is cut off says so', async () => {
  const [file] = await writeLogs({ 'cut.gz': gzipSync('hello '.repeat(1000)).subarray(0, 30) });
  await expect(textOf(file!)).rejects.toBeInstanceOf(DamagedGzipError);
});

test.each([
  ['/no/such/file', 'missing file: /no/such/file'],
  ['/', 'is a directory: /; name its files, such as /*.ndjson*'],
])('%s cannot be read', async (path, message) => {
  await expect(logSource(path, noInput)).rejects.toMatchObject({ code: 'ERR_LEAKGUARD_LOG_FILE', message });
});

test('sources are read in the order in which they were written, whatever their names', async () => {
  const log = (minute: number) => ndjson('{"some": "other line"}', memoryLine({ minute, scopes: [] }));
  const files = await writeLogs({
    'g.ndjson': log(9),
    'g.ndjson.1': log(5),
    'g.ndjson.2': log(1),
    none: 'x\n',
  });
  const sources = await Promise.all([...files, '-'].map((file) => logSource(file, noInput)));
  const names = (await inOrderOfTime(sources)).map(({ name }) => name.split('/').at(-1));
  expect(names).toEqual(['g.ndjson.2', 'g.ndjson.1', 'g.ndjson', 'none', 'stdin']);
});
