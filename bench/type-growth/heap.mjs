/**
 * One process with a heap of so many MB of one shape, in which types are counted three times: `node heap.mjs <shape> <MB>`. Prints JSON
 * of the last count: main-thread CPU and wall time of the tally, and of `v8.queryObjects`, which counts one type.
 */
import * as v8 from 'node:v8';
import { TypeTally } from '../../packages/core/dist/measure/type-tally.js';

class Row {
  constructor(id) {
    this.id = id;
    this.name = `row ${id}`;
  }
}

const SHAPES = {
  records: (k) => ({ id: k, of: { k }, tags: [k] }),
  instances: (k) => new Row(k),
  arrays: (k) => [new Array(60).fill(k), `${'x'.repeat(50)}${k}`],
};

/** CPU of this thread and wall time, milliseconds. */
function measure(work) {
  const [startMs, cpu] = [performance.now(), process.cpuUsage()];
  const result = work();
  const { user, system } = process.cpuUsage(cpu);
  return { cpuMs: (user + system) / 1000, wallMs: performance.now() - startMs, result };
}

const [shape, megabytes] = process.argv.slice(2);
const make = SHAPES[shape];
const kept = [];
globalThis.kept = kept;
const full = process.memoryUsage().heapUsed + Number(megabytes) * 2 ** 20;
for (let k = 0; process.memoryUsage().heapUsed < full; ) for (let n = 0; n < 1000; n++) kept.push(make(k++));

const tally = new TypeTally();
const rssBefore = process.memoryUsage().rss;
const tallies = Array.from({ length: 3 }, () => measure(() => tally.read()));
const rssMb = (process.memoryUsage().rss - rssBefore) / 2 ** 20;
const rival = v8.queryObjects === undefined ? null : measure(() => v8.queryObjects(Row, { format: 'count' }));
const { cpuMs, wallMs, result } = tallies.at(-1);
console.log(
  JSON.stringify({
    objects: result.objects,
    cpuMs,
    wallMs,
    rssMb,
    firstMs: tallies[0].cpuMs,
    rivalMs: rival?.cpuMs ?? null,
  }),
);
