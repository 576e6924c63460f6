import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const CASES = path.join(import.meta.dirname, 'cases');
const INSTALLED = path.join(CASES, 'node_modules');
const LOCK_HASH_FILE = '.lock-hash';
const STAGING = path.join(CASES, '.cache');
const INSTALL_TIMEOUT_MS = 180_000;

/**
 * Installs the packages of the cases, if they are missing or belong to another package-lock.json.
 *
 * Two processes may do so at once, and one may die half-way: each installs into a folder of its own and puts the
 * finished one in place by a rename, so `node_modules` is never seen half full and no lock can be left behind.
 *
 * @returns {Promise<void>}
 * @throws {Error} with what npm printed, when npm fails
 */
export async function installCasePackages() {
  const wanted = await lockHash();
  if ((await installedHash()) === wanted) return;
  await mkdir(STAGING, { recursive: true });
  const folder = await mkdtemp(path.join(STAGING, 'install-'));
  try {
    await npmCi(folder);
    await writeFile(path.join(folder, 'node_modules', LOCK_HASH_FILE), wanted);
    await putInPlace(folder, wanted);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder */
async function npmCi(folder) {
  for (const name of ['package.json', 'package-lock.json']) {
    await copyFile(path.join(CASES, name), path.join(folder, name));
  }
  const args = ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--workspaces=false'];
  try {
    await promisify(execFile)('npm', args, { cwd: folder, timeout: INSTALL_TIMEOUT_MS });
  } catch (cause) {
    const printed = String(/** @type {{ stderr?: string }} */ (cause).stderr ?? cause).trim();
    throw new Error(
      'The packages of the corpus (test/corpus/cases/package-lock.json) could not be installed: "npm ci" failed. ' +
        `Check that the npm registry can be reached, then run again. npm said:\n${printed}`,
      { cause },
    );
  }
}

/** @param {string} folder @param {string} wanted */
async function putInPlace(folder, wanted) {
  // Another process may have been quicker, and its server may be reading from that folder by now.
  if ((await installedHash()) === wanted) return;
  await rename(INSTALLED, path.join(folder, 'replaced')).catch(ignore('ENOENT'));
  await rename(path.join(folder, 'node_modules'), INSTALLED).catch(ignore('ENOTEMPTY', 'EEXIST'));
  const got = await installedHash();
  if (got !== wanted)
    throw new Error('test/corpus/cases/node_modules was changed by another install; run again.');
}

/** @param {...string} codes */
function ignore(...codes) {
  return (/** @type {NodeJS.ErrnoException} */ error) => {
    if (!codes.includes(error.code ?? '')) throw error;
  };
}

/** @returns {Promise<string>} */
async function lockHash() {
  return createHash('sha256')
    .update(await readFile(path.join(CASES, 'package-lock.json')))
    .digest('hex');
}

/** @returns {Promise<string | null>} */
function installedHash() {
  return readFile(path.join(INSTALLED, LOCK_HASH_FILE), 'utf8').catch(() => null);
}
