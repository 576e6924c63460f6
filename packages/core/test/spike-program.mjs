/** A process of its own for spike.test.ts: jobs that allocate little, much, and much around a GC. Prints JSON. */
import { getHeapStatistics } from 'node:v8';
import { createServer } from 'vite';

const server = await createServer({
  server: { middlewareMode: true, ws: false, watch: null },
  appType: 'custom',
  logLevel: 'silent',
});
const { createGuard } = await server.ssrLoadModule(new URL('../src/guard.ts', import.meta.url).pathname);
await server.close();

const nothing = () => undefined;
const guard = createGuard({ enabled: true, logger: { info: nothing, warn: nothing, error: nothing } });
const spikes = [];
guard.on('spike', (spike) => spikes.push(spike));

const ring = new Array(64).fill(null);

/** Small objects, soon garbage: the young generation of this process has room for several times as much. */
function allocate(objects) {
  for (let i = 0; i < objects; i += 1) ring[i % ring.length] = { i, pair: [i, -i] };
}

const gc = globalThis.gc;
const turn = () => new Promise((resolve) => setImmediate(resolve));

async function job(name, work) {
  for (let turns = 0; turns < 4; turns += 1) await turn();
  const unit = guard.begin();
  await work();
  unit.end(guard.scope('job', name));
  for (let turns = 0; turns < 4; turns += 1) await turn();
}

for (let round = 0; round < 20; round += 1) allocate(40_000);
gc();
const before = getHeapStatistics().used_heap_size;
allocate(40_000);
const trueBytes = getHeapStatistics().used_heap_size - before;

await job('mail:small', async () => allocate(2000));
await job('mail:collected', async () => {
  allocate(10_000);
  gc({ type: 'minor' });
  allocate(40_000);
});
await job('mail:waited', async () => {
  allocate(10_000);
  gc();
  await turn();
  await turn();
  await turn();
  allocate(40_000);
});
await job('mail:big', async () => {
  allocate(20_000);
  await turn();
  allocate(20_000);
});
await guard.close();
process.stdout.write(JSON.stringify({ spikes, trueBytes }));
