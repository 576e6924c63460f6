/**
 * The whole suite, as `npm test` runs it: `node test/run-tests.mjs`. A test file whose process died, of which the test runner only says
 * that it did, is run again, once, and that is said: a process of the runner dies on a busy machine now and then, one that a test
 * kills dies again. Exit code 1 if a test failed, or did not end the second time either.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

const vitest = path.join(
  path.dirname(createRequire(import.meta.url).resolve('vitest/package.json')),
  'vitest.mjs',
);
const root = path.join(import.meta.dirname, '..');
const folder = mkdtempSync(path.join(tmpdir(), 'leakguard-tests-'));

/**
 * What the reporter of the closing line counted.
 *
 * @typedef {object} Tally
 * @property {number} passed
 * @property {number} failed those that did not end are not among them
 * @property {number} skipped
 * @property {string[]} died absolute paths of the files that did not end
 * @property {number} unfinished tests in them that did not end, and files of which none was known
 * @property {number} passedInDied tests in them that had passed before
 * @property {number} otherErrors that belong to no test and are no death of a process: a rejection that nobody handled
 */

/** @param {readonly string[]} files all for none @returns {{ status: number | null, tally: Tally | null }} */
function run(files) {
  const file = path.join(folder, `${files.length}.json`);
  const env = { ...process.env, LEAKGUARD_TEST_TALLY: file };
  const { status } = spawnSync(process.execPath, [vitest, 'run', ...files], {
    cwd: root,
    env,
    stdio: 'inherit',
  });
  return { status, tally: readTally(file) };
}

/** @param {string} file @returns {Tally | null} */
function readTally(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

const first = run([]);
process.exitCode = first.status ?? 1;
if (first.tally !== null && isOnlyDeaths(first.tally)) {
  const { died, passed: passedFirst, passedInDied } = first.tally;
  console.log(`\nIts process died, so it is run again:\n  ${died.join('\n  ')}\n`);
  const second = run(died);
  process.exitCode = second.status ?? 1;
  if (second.tally !== null) {
    // What had ended in a file before its process died is counted by the second run.
    const passed = passedFirst - passedInDied + second.tally.passed;
    const failed = second.tally.failed + second.tally.unfinished;
    console.log(`\n${passed} passed, ${failed} failed`);
  }
}
rmSync(folder, { recursive: true, force: true });

/** @param {Tally} tally */
function isOnlyDeaths({ died, failed, otherErrors }) {
  return died.length > 0 && failed === 0 && otherErrors === 0;
}
