import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  attw,
  installConsumer,
  lintPackage,
  type Outcome,
  PUBLISHED,
  packAll,
  run,
  typecheck,
} from './packages.mjs';

const good: Outcome = { ok: true, output: expect.any(String) };
/** A test runner's environment would switch the guards off. */
const { VITEST: _, NODE_ENV: __, ...env } = process.env;

describe('the packed packages', () => {
  let packed: ReturnType<typeof packAll>;
  let consumer: ReturnType<typeof installConsumer>;

  beforeAll(() => {
    packed = packAll();
    consumer = installConsumer(packed.tarballs, { withTools: false });
  }, 120_000);

  afterAll(() => {
    consumer?.remove();
    packed?.remove();
  });

  it.each(PUBLISHED)('$name: publint finds nothing', async ({ name }) => {
    expect(await lintPackage(packed.tarballs[name]!)).toEqual(good);
  });

  it.each(PUBLISHED)('$name: attw finds nothing, profile $profile', ({ name, profile }) => {
    expect(attw(packed.tarballs[name]!, profile)).toEqual(good);
  });

  it.each([
    ['by import', ['esm.mjs']],
    ['by require, also where that loads no ESM, as in Jest', ['--no-experimental-require-module', 'cjs.cjs']],
    ['both ways in one process, which meet in one guard', ['both.mjs']],
  ])('are loaded %s', (_how, args) => {
    expect(run(process.execPath, args, consumer.folder, env)).toEqual(good);
  });

  it('bring the command line', () => {
    const { ok, output } = run(
      process.execPath,
      ['node_modules/leakguard/dist/bin.js', '--version'],
      consumer.folder,
    );
    expect({ ok, output }).toEqual({ ok: true, output: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it('have types for ESM and CommonJS, one and the same', () => {
    const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
    for (const resolution of ['nodenext', 'bundler'] as const) {
      expect(typecheck(consumer.folder, typescript, resolution)).toEqual(good);
    }
  });
});
