/** Child process: a server with the sampler on and a heap of a usual size. Reads the profile, or only forces a GC, when it is told. */
import { createServer } from 'node:http';
import { processRuntime } from '@leakguard/core/isolate';
import { APPS } from './app.mjs';
import { answerParent } from './measured-process.mjs';

/** What a service holds for good: without it a GC would have little to do. */
const HELD = Array.from({ length: 200_000 }, (_, id) => ({ id, name: `item ${id}`, tags: [id, id + 1] }));

const runtime = processRuntime();
runtime.sampler.start(64 * 1024);
const NATURAL = {
  ...{ heapBytes: 0, oldSpaceBytes: 0, externalBytes: 0, arrayBuffersBytes: 0 },
  ...{ forced: false, pauseMs: 0 },
};
const ACTIONS = {
  nothing: () => null,
  gc: () => runtime.forceGc(),
  read: () => runtime.sampler.read(),
  // As after a natural major GC, where that forces none.
  'read alone': () => runtime.sampler.read({ ...NATURAL, timeMs: runtime.now() }),
};

const server = createServer(await APPS[process.argv[2]](null));
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port, held: HELD.length }));
answerParent((action) => {
  const start = process.cpuUsage();
  const startMs = performance.now();
  ACTIONS[action]();
  const { user, system } = process.cpuUsage(start);
  process.send({ cpuMicros: user + system, pauseMs: performance.now() - startMs });
});
