// node test/own-memory/run.mjs [--requests 1000000]
// What a guard retains after a million requests over 100,000 distinct URLs and 2,000 route patterns: the same app behind
// leakGuard and without it, each in a process of its own, after a full GC.
import { parseArgs } from 'node:util';
import { measure } from './measure.mjs';
import { PATTERNS, URLS } from './send-all.mjs';

const { values } = parseArgs({ options: { requests: { type: 'string', default: '1000000' } } });
const requests = Number(values.requests);
if (!Number.isSafeInteger(requests) || requests < 1)
  throw new Error('--requests: a whole number above 0 is needed');

const bare = await measure('bare', requests);
const guarded = await measure('guarded', requests);
const megabytes = (/** @type {number} */ bytes) => `${(bytes / 2 ** 20).toFixed(2)} MB`;
console.log(`Node ${process.version}, ${requests} requests over ${URLS} URLs and ${PATTERNS} patterns`);
console.log(`bare      ${megabytes(bare.retainedBytes)}`);
console.log(`guarded   ${megabytes(guarded.retainedBytes)}`);
console.log(
  `the guard ${megabytes(guarded.retainedBytes - bare.retainedBytes)}, code of leakguard and its dependencies included; ` +
    `${guarded.units} units, ${guarded.scopes} scopes, ${guarded.evicted} evicted, ${guarded.rows} rows`,
);
