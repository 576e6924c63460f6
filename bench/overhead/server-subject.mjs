import { BurstClient } from './burst-client.mjs';
import { MeasuredProcess } from './measured-process.mjs';
import { VARIANTS } from './variants.mjs';

const SCRIPT = new URL('server.mjs', import.meta.url);
const REQUESTS_PER_BURST = 256;
/** Requests until V8 has compiled what it will compile. */
const WARM_UP_REQUESTS = 4096;

/** Servers of one framework, compared by the guard or by the profiler. @param {import('./app.mjs').Framework} framework @returns {import('./ab.mjs').AbSubject} */
export function serverSubject(framework, compared = VARIANTS[framework]) {
  return {
    variants: compared,
    unitsPerBurst: REQUESTS_PER_BURST,
    start: (variant) => startServer(framework, variant),
  };
}

/** One start of one variant: its process, and the connections to it. */
async function startServer(framework, variant) {
  const { measured, ready } = await MeasuredProcess.start(SCRIPT, [framework, variant]);
  const client = await BurstClient.connect(ready.port);
  return {
    warmUp: () => client.burst(WARM_UP_REQUESTS),
    async burst(requests) {
      const before = await measured.cpuMicros();
      await client.burst(requests);
      return ((await measured.cpuMicros()) - before) / requests;
    },
    stop() {
      client.close();
      return measured.stop();
    },
  };
}
