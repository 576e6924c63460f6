/**
 * A supervisor as a process of its own, for signals: `node supervisor.mjs <entry> <processes> <options as JSON>`. Events go
 * to stdout, one JSON line each. Runs from the built package.
 */
import { superviseWorkers } from '@leakguard/bullmq/supervise';

const [entry, processes, options = '{}'] = process.argv.slice(2);
const say = (event) => (payload) => console.log(JSON.stringify({ event, ...payload }));
const supervisor = superviseWorkers({ entry, processes: Number(processes), ...JSON.parse(options) });
for (const event of ['ready', 'replaced', 'crashed', 'closed']) supervisor.on(event, say(event));
if (process.env.KEEPS_ALIVE !== undefined) setInterval(() => {}, 1000);
