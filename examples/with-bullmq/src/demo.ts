// The demo's jobs part: the same leaky load for two worker programs side by side, one of which recycles its child processes.
// Exit code 0: all was as it should be, or there is no Redis; 1: not so; 2: the demo itself failed; 130: Ctrl-C.
import { openScreen, runAsDemo } from 'demo-kit';
import { withRedis } from './demo/redis.ts';
import { runDemo } from './demo/run-demo.ts';

/** What the processors do wrong. Only this process knows it; the guards live in the others. */
const PLANTED: readonly string[] = ['shop:enrich-profile'];

const screen = openScreen(process.stdout);
await runAsDemo((signal) =>
  withRedis(screen, signal, (redis) => runDemo({ planted: PLANTED, redis, screen, signal })),
);
