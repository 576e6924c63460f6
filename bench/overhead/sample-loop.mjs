/**
 * Child process: allocates below a stack of argv[3] frames, the sampler on at argv[2] KB (0: off). Tells its CPU and what it
 * allocated. Nothing else is in it: the difference to a run without the sampler is what taking samples costs.
 */
import { getHeapStatistics } from 'node:v8';
import { processRuntime } from '@leakguard/core/isolate';
import { median } from './statistics.mjs';

const [intervalKb, depth] = process.argv.slice(2).map(Number);
const ALLOCATIONS = 2000;
const WARM_UP = 400;
const ROUNDS = 12;
const RUNS_PER_ROUND = 200;

/** Young garbage, as requests leave it. */
const recent = [];
function allocate(times) {
  for (let at = 0; at < times; at += 1) recent[at & 255] = { at, list: [at, at, at], text: `x${at}` };
}

/** Frames that V8 does not inline: each is a function of its own, called through a variable. */
const frames = Array.from(
  { length: depth },
  () => new Function('next', 'at', 'try { next(at - 1); } finally {}'),
);
const call = (at) => (at < 0 ? allocate(ALLOCATIONS) : frames[at](call, at));

function bytesPerAllocation() {
  const used = () => getHeapStatistics().used_heap_size;
  const deltas = Array.from({ length: 15 }, () => {
    const before = used();
    allocate(300);
    return (used() - before) / 300;
  });
  return median(deltas);
}

function cpuMicros() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

if (intervalKb > 0) processRuntime().sampler.start(intervalKb * 1024);
for (let run = 0; run < WARM_UP; run += 1) call(frames.length - 1);
const rounds = Array.from({ length: ROUNDS }, () => {
  const before = cpuMicros();
  for (let run = 0; run < RUNS_PER_ROUND; run += 1) call(frames.length - 1);
  return (cpuMicros() - before) / (RUNS_PER_ROUND * ALLOCATIONS);
});
process.send({ microsPerAllocation: median(rounds), bytesPerAllocation: bytesPerAllocation() });
process.disconnect();
