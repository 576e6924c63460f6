/** A worker program without a queue, for `leakguard run`: says who it is, and drains at once. */
import { onDrain, ready } from '@leakguard/bullmq/supervise';

if (process.argv.includes('--exit-at-start')) process.exit(3);
const keepAlive = setInterval(() => {}, 1000);
onDrain(async () => {
  if (process.argv.includes('--drain-never')) await new Promise(() => {});
  clearInterval(keepAlive);
});
console.log(JSON.stringify({ pid: process.pid, args: process.argv.slice(2), execArgv: process.execArgv }));
ready();
