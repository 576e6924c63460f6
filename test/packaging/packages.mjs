import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const root = fileURLToPath(new URL('../..', import.meta.url));
const consumers = fileURLToPath(new URL('consumers', import.meta.url));
const shell = process.platform === 'win32';
const require = createRequire(import.meta.url);

/**
 * What is published. `profile` is what attw holds it to: the command line is ESM only, and what a command line exports
 * is for scripts.
 */
export const PUBLISHED = [
  { name: '@leakguard/core', folder: 'packages/core', profile: 'strict' },
  { name: '@leakguard/express', folder: 'packages/express', profile: 'strict' },
  { name: '@leakguard/koa', folder: 'packages/koa', profile: 'strict' },
  { name: '@leakguard/bullmq', folder: 'packages/bullmq', profile: 'strict' },
  { name: 'leakguard', folder: 'packages/cli', profile: 'esm-only' },
];

/** @typedef {{ ok: boolean, output: string }} Outcome */

/**
 * A temporary folder with the packed packages.
 *
 * @returns {{ tarballs: Record<string, string>, remove(): void }} the tarball of each package by its name
 */
export function packAll() {
  const folder = mkdtempSync(join(tmpdir(), 'leakguard-packed-'));
  /** @type {Record<string, string>} */
  const tarballs = {};
  for (const { name, folder: source } of PUBLISHED) {
    if (!existsSync(join(root, source, 'dist'))) throw new Error(`${source} is not built: npm run build`);
    const args = ['pack', '--ignore-scripts', '--json', '--loglevel=error', '--pack-destination', folder];
    const [packed] = JSON.parse(
      execFileSync('npm', args, { cwd: join(root, source), encoding: 'utf8', shell }),
    );
    tarballs[name] = join(folder, packed.filename);
  }
  return { tarballs, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * An app in a temporary folder that has the packed packages installed, and nothing of this repository.
 *
 * @param {Record<string, string>} tarballs
 * @param {{ withTools: boolean }} options `withTools`: Jest, vitest and every TypeScript too
 */
export function installConsumer(tarballs, { withTools }) {
  const folder = mkdtempSync(join(tmpdir(), 'leakguard-consumer-'));
  cpSync(consumers, folder, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const [name, tarball] of Object.entries(tarballs)) manifest.dependencies[name] = `file:${tarball}`;
  if (!withTools) delete manifest.devDependencies;
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], shell });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * @param {string} tarball
 * @returns {Promise<Outcome>}
 */
export async function lintPackage(tarball) {
  const { buffer, byteOffset, byteLength } = readFileSync(tarball);
  const pack = { tarball: buffer.slice(byteOffset, byteOffset + byteLength) };
  const { messages, pkg } = await publint({ pack, strict: true });
  return {
    ok: messages.length === 0,
    output: messages.map((message) => formatMessage(message, pkg)).join('\n'),
  };
}

/**
 * @param {string} tarball
 * @param {string} profile
 */
export function attw(tarball, profile) {
  const bin = join(require.resolve('@arethetypeswrong/cli/package.json'), '../dist/index.js');
  return run(process.execPath, [bin, tarball, '--profile', profile, '--no-color', '--no-emoji'], root);
}

/** How TypeScript may find a package: the module it then takes it for, and the files it checks. */
export const RESOLUTIONS = {
  node16: { module: 'node16', files: ['esm-types.mts', 'commonjs-types.cts'] },
  nodenext: { module: 'nodenext', files: ['esm-types.mts', 'commonjs-types.cts'] },
  bundler: { module: 'esnext', files: ['bundled-types.ts'] },
  /** The default of CommonJS projects up to TypeScript 5.9; TypeScript 7 has it no more. */
  node10: { module: 'commonjs', files: ['bundled-types.ts'] },
};

/**
 * Type-checks the consumer, the declarations of every package in it included.
 *
 * @param {string} folder of the consumer
 * @param {string} typescript folder of the TypeScript to use
 * @param {keyof typeof RESOLUTIONS} moduleResolution
 */
export function typecheck(folder, typescript, moduleResolution) {
  const { module, files } = RESOLUTIONS[moduleResolution];
  const project = join(folder, 'types');
  mkdirSync(project, { recursive: true });
  const compilerOptions = {
    module,
    moduleResolution,
    target: 'es2022',
    lib: ['es2022'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
  };
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: files.map((file) => `../${file}`) }),
  );
  return run(process.execPath, [join(typescript, 'bin/tsc'), '-p', project], folder);
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Outcome}
 */
export function run(command, args, cwd, env = process.env) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  return { ok: status === 0, output: error === undefined ? `${stdout}${stderr}` : String(error) };
}
