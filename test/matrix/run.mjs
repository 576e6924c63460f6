/**
 * Runs the test suite on every supported Node and prints one row per version:
 *
 *     node test/matrix/run.mjs                                   every project on every version
 *     node test/matrix/run.mjs --nodes 22,26 --projects core     some of them
 *     node test/matrix/run.mjs --subset                          what the gate runs
 *
 * Exit code 1 if a test failed or a version ran none.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chosenVersions, environmentOf, NODE_VERSIONS, nodeBinary } from './node-versions.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));

/**
 * Fixed, so that the gate's length is known: what touches V8, `node:http` and Express most. Statistics are numbers in, numbers out:
 * they take the longest and are the same on every Node.
 */
const SUBSET = {
  nodes: '22,26',
  projects: 'core,express,koa',
  without: [
    'packages/core/test/attribute/**',
    'packages/core/test/decide/**',
    '**/verdicts-over-time.test.ts',
  ],
};

const { values } = parseArgs({
  options: {
    nodes: { type: 'string' },
    projects: { type: 'string' },
    subset: { type: 'boolean', default: false },
  },
});
const nodes = values.nodes ?? (values.subset ? SUBSET.nodes : undefined);
const projects = values.projects ?? (values.subset ? SUBSET.projects : undefined);

/**
 * @typedef {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, success: boolean, testResults: {
 *   name: string, message: string, assertionResults: { status: string, fullName: string, failureMessages: string[] }[] }[] }} Results
 */

/**
 * @param {string} binary
 * @returns {Results | undefined}
 */
function runSuite(binary) {
  const folder = mkdtempSync(join(tmpdir(), 'leakguard-matrix-'));
  const file = join(folder, 'results.json');
  const chosen = projects?.split(',').flatMap((name) => ['--project', name]) ?? [];
  const without = values.subset ? SUBSET.without.flatMap((files) => ['--exclude', files]) : [];
  try {
    spawnSync(binary, [vitest, 'run', '--reporter=json', `--outputFile=${file}`, ...chosen, ...without], {
      cwd: root,
      env: environmentOf(binary),
      // Results have every failure; what tests print on purpose would look like one.
      stdio: 'ignore',
    });
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {Results} results */
function failuresOf({ testResults }) {
  return testResults.flatMap(({ name, message, assertionResults }) => [
    ...(message ? [`${name}: ${message}`] : []),
    ...assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages.join('\n')}`),
  ]);
}

const versions = nodes === undefined ? NODE_VERSIONS : chosenVersions(nodes);
const left = values.subset ? `, without ${SUBSET.without.join(', ')}` : '';
console.log(`matrix: ${projects ?? 'all projects'} on Node ${versions.join(', ')}${left}`);
let ok = true;
for (const version of versions) {
  const start = performance.now();
  const results = runSuite(nodeBinary(version));
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  const {
    numPassedTests: passed = 0,
    numFailedTests: failed = 0,
    numPendingTests: skipped = 0,
  } = results ?? {};
  const rowOk = results?.success === true && passed > 0 && failed === 0;
  ok &&= rowOk;
  console.log(
    `  Node ${version.padEnd(8)} ${rowOk ? 'ok    ' : 'FAILED'}  passed ${passed}  failed ${failed}  skipped ${skipped}  ${seconds} s`,
  );
  for (const failure of results === undefined ? ['no results'] : failuresOf(results))
    console.log(`    ${failure}`);
}
process.exitCode = ok ? 0 : 1;
