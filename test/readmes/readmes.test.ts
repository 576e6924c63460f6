import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { blocksOf, namedInCommands, type Program, programsOf, readmesOf } from './programs.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const harness = fileURLToPath(new URL('harness.mjs', import.meta.url));
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
/** Outside of the repository, except for what is installed: programs write files, and import only what an app could. */
const folder = mkdtempSync(join(tmpdir(), 'leakguard-readmes-'));
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');

const blocksByReadme = readmesOf(root).map((readme) =>
  blocksOf(readFileSync(join(root, readme), 'utf8'), readme),
);
const programs = blocksByReadme.flatMap(programsOf);

/** As in an app: a test runner's environment would switch the guards off. */
const { VITEST: _, NODE_ENV: __, ...env } = process.env;

function write(program: Program, index: number): string {
  const file = `program-${index}.${program.extension}`;
  writeFileSync(join(folder, file), program.code);
  return file;
}

function run(args: string[]): { status: number | null; output: string } {
  // The limit only ends what would never end.
  const options = { cwd: folder, env, encoding: 'utf8', timeout: 90_000 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, options);
  return { status, output: stdout + stderr };
}

describe('programs in READMEs', () => {
  const files = programs.map(write);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are there', () => {
    expect(programs.length).toBeGreaterThan(4);
  });

  it('have the types that the packages declare', () => {
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2022',
      types: ['node'],
      strict: true,
      // @types/koa does not fit the content-disposition that Express 5.3 brings; test/packaging checks our declarations.
      skipLibCheck: true,
      noImplicitAny: false,
      allowJs: true,
      checkJs: true,
      outDir: 'compiled',
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    expect(run([tsc, '-p', '.'])).toEqual({ status: 0, output: '' });
  });

  it.each(programs.map((program, index) => [program.title, program, files[index]!] as const))(
    '%s runs, and ends by itself',
    (_title, { throws, extension }, file) => {
      const compiled = extension === 'mts' ? `compiled/${file.replace('.mts', '.mjs')}` : file;
      const { status, output } = run(['--import', harness, compiled]);
      expect({ status, output }).toEqual({
        status: throws === undefined ? 0 : 1,
        output: expect.stringContaining(throws ?? ''),
      });
    },
  );
});

describe('commands in READMEs', () => {
  const { scripts, files } = namedInCommands(blocksByReadme.flat());

  it('name scripts and files that exist', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
    expect(scripts.length).toBeGreaterThan(0);
    expect(scripts.filter((script) => !Object.hasOwn(manifest.scripts, script))).toEqual([]);
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });
});
