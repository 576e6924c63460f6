import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readSnapshotFile, writeSnapshotFile } from '../../src/report/snapshot-file.ts';
import { frame, ordinals, snapshotOf, stackOf } from './snapshot-fixture.ts';
import { temporaryFolder } from './temporary-folder.ts';

const snapshot = snapshotOf([stackOf([frame('load')], ordinals(1, 3))]);

it('writes a file for its owner alone, leaves nothing else, and reads the same back', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'a.json');
  writeFileSync(file, 'what was there before', { mode: 0o644 });
  writeSnapshotFile(file, snapshot);
  expect(readdirSync(folder)).toEqual(['a.json']);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect((await readSnapshotFile(file)).data).toEqual(snapshot.data);
});

it('replaces a link of that name and not what it leads to', async () => {
  const folder = temporaryFolder();
  const [target, link] = [join(folder, 'precious'), join(folder, 'a.json')];
  writeFileSync(target, 'precious');
  symlinkSync(target, link);
  writeSnapshotFile(link, snapshot);
  expect((await readSnapshotFile(link)).time).toBe(snapshot.time);
  expect(statSync(target).size).toBe(8);
});

it('leaves no half file behind where it cannot be put in its place', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'a.json', 'full'), { recursive: true });
  expect(() => writeSnapshotFile(join(folder, 'a.json'), snapshot)).toThrow();
  expect(readdirSync(folder)).toEqual(['a.json']);
});

it('says which file cannot be read, and why', async () => {
  const folder = temporaryFolder();
  await expect(readSnapshotFile(join(folder, 'none.json'))).rejects.toMatchObject({
    code: 'ERR_LEAKGUARD_SNAPSHOT_FILE',
    message: `leakguard: missing file: ${join(folder, 'none.json')}`,
  });
  await expect(readSnapshotFile(folder)).rejects.toMatchObject({ code: 'ERR_LEAKGUARD_SNAPSHOT_FILE' });
  const binary = join(folder, 'core.bin');
  writeFileSync(binary, Buffer.from([0xff, 0xfe, 0, 1, 2]));
  await expect(readSnapshotFile(binary)).rejects.toMatchObject({
    code: 'ERR_LEAKGUARD_SNAPSHOT_FORMAT',
    message: `leakguard: ${binary} is no allocation snapshot: it is not JSON`,
  });
});
