/**
 * Installs the packed packages into an app outside of this repository and tries them from every supported Node, module
 * system, test runner and TypeScript:
 *
 *     npm run build && node test/packaging/run-all.mjs [--nodes 22,26]
 *
 * Exit code 1 if anything failed. The gate runs test/packaging/packaging.test.ts, which is a part of it.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chosenVersions, environmentOf, NODE_VERSIONS, nodeBinary } from '../matrix/node-versions.mjs';
import {
  attw,
  installConsumer,
  lintPackage,
  PUBLISHED,
  packAll,
  RESOLUTIONS,
  run,
  typecheck,
} from './packages.mjs';

/** What an app may do with the packages, each by a command after `node`. */
const USES = {
  'plain node, import': ['esm.mjs'],
  'plain node, require()': ['cjs.cjs'],
  'plain node, require() that loads no ESM': ['--no-experimental-require-module', 'cjs.cjs'],
  'plain node, both in one process': ['both.mjs'],
  'command line': ['node_modules/leakguard/dist/bin.js', '--version'],
  'Jest 30, CommonJS': ['node_modules/jest/bin/jest.js', '--testMatch', '**/commonjs.test.js'],
  'vitest 4, ESM': ['node_modules/vitest/vitest.mjs', 'run', 'esm.test.mjs'],
};

/** TypeScript 7 resolves as `node10` no more, and 6 only when told that this is known. */
const WITHOUT_NODE10 = ['typescript-6.0', 'typescript-7.0'];

let failures = 0;

/** @param {string} what @param {import('./packages.mjs').Outcome} outcome */
function tell(what, { ok, output }) {
  console.log(`  ${ok ? 'ok    ' : 'FAILED'}  ${what}`);
  if (ok) return;
  failures += 1;
  console.log(output.replace(/^/gm, '          '));
}

/** @param {string} folder */
function typescriptsIn(folder) {
  return readdirSync(join(folder, 'node_modules')).filter((name) => name.startsWith('typescript-'));
}

const { values } = parseArgs({ options: { nodes: { type: 'string' } } });
const nodes = values.nodes === undefined ? NODE_VERSIONS : chosenVersions(values.nodes);
const packed = packAll();
try {
  console.log('\nlint of the tarballs');
  for (const { name, profile } of PUBLISHED) {
    const tarball = /** @type {string} */ (packed.tarballs[name]);
    tell(`${name}: publint --strict`, await lintPackage(tarball));
    tell(`${name}: attw --profile ${profile}`, attw(tarball, profile));
  }
  const consumer = installConsumer(packed.tarballs, { withTools: true });
  try {
    for (const version of nodes) {
      console.log(`\nNode ${version}`);
      const binary = nodeBinary(version);
      const { VITEST: _, NODE_ENV: __, ...env } = environmentOf(binary);
      for (const [use, args] of Object.entries(USES)) tell(use, run(binary, args, consumer.folder, env));
    }
    for (const typescript of typescriptsIn(consumer.folder)) {
      console.log(
        `\n${typescript.replace('typescript-', 'TypeScript ')}, strict, declarations of dependencies checked`,
      );
      for (const resolution of /** @type {(keyof typeof RESOLUTIONS)[]} */ (Object.keys(RESOLUTIONS))) {
        if (resolution === 'node10' && WITHOUT_NODE10.includes(typescript)) continue;
        const folder = join(consumer.folder, 'node_modules', typescript);
        tell(`moduleResolution ${resolution}`, typecheck(consumer.folder, folder, resolution));
      }
    }
  } finally {
    consumer.remove();
  }
} finally {
  packed.remove();
}
console.log(failures === 0 ? '\nAll of it works.' : `\n${failures} of it failed.`);
process.exitCode = failures === 0 ? 0 : 1;
