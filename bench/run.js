/**
 * Entry of `npm run bench`: `npm run bench -- overhead [options]`, `npm run bench -- detection [seeds]`, `npm run bench -- forecast [seeds]`; without a name
 * all of them, one after the other. Exit code 1 if one of them failed.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { installBenchPackages } from './install.mjs';

const BENCHES = {
  'corpus-auto': 'units and seconds until the leaks of the corpus are named at level auto',
  detection: 'what the detector finds, and whom it accuses falsely',
  forecast: 'whether the forecast of the heap limit holds the truth, and how wide it is',
  'site-statistics': 'what survivors of the heap profiler find, whom they name, and what they accuse falsely',
  overhead: 'what the guard costs per request and per job',
  recycle: 'what recycling workers costs per job, and what memory it gives back',
  'type-growth': 'what counting live objects by type costs',
  'several-leaks': 'what is found of two or three leaks at once',
  sites: 'which route and which function are named for real leaks, and when',
};

/** @param {string} name @param {string[]} options */
function run(name, options) {
  console.log(`\n== ${name}: ${BENCHES[name]}\n`);
  const script = fileURLToPath(new URL(`${name}/run.mjs`, import.meta.url));
  return spawnSync(process.execPath, [script, ...options], { stdio: 'inherit' }).status === 0;
}

const [name, ...options] = process.argv.slice(2);
if (name !== undefined && !Object.hasOwn(BENCHES, name)) {
  console.error(`bench: no bench "${name}"; there are:`);
  for (const [each, what] of Object.entries(BENCHES))
    console.error(`  npm run bench -- ${each.padEnd(13)} ${what}`);
  process.exitCode = 2;
} else {
  installBenchPackages();
  const failed = (name === undefined ? Object.keys(BENCHES) : [name]).filter((each) => !run(each, options));
  if (failed.length > 0) console.error(`bench: failed: ${failed.join(', ')}`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}
