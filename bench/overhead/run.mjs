/**
 * What the guard costs per request, as DESIGN.md section 5 asks, beside what others cost:
 * `node bench/overhead/run.mjs [--rounds N] [--json]`. More rounds, finer resolution: about 12 s per 16 rounds.
 */
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { installBenchPackages } from '../install.mjs';

const DEFAULT_ROUNDS = 256;
const MAX_ROUNDS = 10_000;
/** Bounds of the default run; more rounds get as much more time. */
const ISOLATED_MS = 60_000;
const AB_MS = 180_000;

function options() {
  const { values } = parseArgs({
    options: { rounds: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const rounds = Number(values.rounds ?? DEFAULT_ROUNDS);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > MAX_ROUNDS) {
    throw new RangeError(`--rounds must be a whole number from 1 to ${MAX_ROUNDS}, got ${values.rounds}`);
  }
  return { rounds, json: values.json };
}

const { rounds, json } = options();
installBenchPackages();
// After the install: these import what it brings.
const { runAb } = await import('./ab.mjs');
const { runIsolated } = await import('./isolated.mjs');
const { abText, isolatedText, resolutionOf } = await import('./report-text.mjs');

const scale = Math.max(rounds / DEFAULT_ROUNDS, 1);
const note = (text) => process.stderr.isTTY && process.stderr.write(`\r${text}   `);
const machine = { node: process.version, cores: availableParallelism(), loadBefore: loadavg()[0] };

note('isolated');
const isolated = await runIsolated({ blocks: Math.round(160 * scale), maxMs: ISOLATED_MS * scale });
const ab = await runAb({
  rounds,
  maxMs: AB_MS * scale,
  onStart: (done, all) => note(`A/B: start ${done} of ${all}`),
});
note('\r');

if (json) {
  console.log(JSON.stringify({ ...machine, isolated, ab, resolution: resolutionOf(ab.rows) }, null, 2));
} else {
  const bareMicros = ab.rows.find(({ variant }) => variant === 'bare').microsPerRequest;
  const load = `load ${machine.loadBefore.toFixed(1)} before, ${loadavg()[0].toFixed(1)} after (its own included)`;
  console.log(`overhead: Node ${machine.node}, ${machine.cores} cores, ${load}\n`);
  console.log(`${isolatedText(isolated, bareMicros)}\n\n${abText(ab)}`);
}
