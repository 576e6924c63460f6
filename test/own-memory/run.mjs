// node test/own-memory/run.mjs [--requests 1000000]
// What a guard retains after a million requests over 100,000 distinct URLs and 2,000 route patterns: the same app behind a
// guard that counts and behind one that is disabled, each in a process of its own. Exit code 1 at 5 MB.
import { parseArgs } from 'node:util';
import { MAX_RETAINED_BYTES, measure } from './measure.mjs';
import { PATTERNS, URLS } from './send-all.mjs';

const { values } = parseArgs({ options: { requests: { type: 'string', default: '1000000' } } });
const requests = Number(values.requests);
if (!Number.isSafeInteger(requests) || requests < 1)
  throw new Error('--requests: a whole number above 0 is needed');

const guarded = await measure('guarded', requests);
const disabled = await measure('disabled', requests, guarded.repeats);
const own = guarded.retainedBytes - disabled.retainedBytes;
const { units, scopes, evicted, rows } = guarded;
const megabytes = (/** @type {number} */ bytes) => `${(bytes / 2 ** 20).toFixed(2)} MB`;
console.log(`Node ${process.version}, ${guarded.served} requests over ${URLS} URLs and ${PATTERNS} patterns`);
console.log(`guard disabled  ${megabytes(disabled.retainedBytes)}`);
console.log(`guard counting  ${megabytes(guarded.retainedBytes)}`);
console.log(
  `the guard       ${megabytes(own)}  (${units} units, ${scopes} scopes, ${evicted} evicted, ${rows} rows)`,
);
process.exitCode = own < MAX_RETAINED_BYTES ? 0 : 1;
