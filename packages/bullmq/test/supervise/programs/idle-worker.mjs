/**
 * A worker program without a queue, that behaves as its arguments say. Runs from the built package, since it is a process
 * of its own: `npm run build` first, as the gate does.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { askForReplacement, onDrain, onDrained, ready, supervisedSlot } from '@leakguard/bullmq/supervise';

// Another copy of the same module, which must meet the first one.
const commonjs = createRequire(import.meta.url)('@leakguard/bullmq/supervise');

const args = process.argv.slice(2);
const has = (flag) => args.includes(flag);
const argument = (flag) => args.find((arg) => arg.startsWith(`${flag}=`))?.slice(flag.length + 1);

const say = process.env.QUIET === undefined ? console.log : () => {};

if (has('--exit-at-start')) process.exit(3);
// While this file is there, no further process can start.
if (existsSync(argument('--broken-while') ?? '')) process.exit(3);
// While this file is there, processes load and load.
while (existsSync(argument('--load-while') ?? '')) await new Promise((resolve) => setTimeout(resolve, 20));

const keepAlive = setInterval(() => {}, 1000);
if (!has('--never-join')) {
  if (has('--two-workers')) commonjs.onDrain(async () => say(`closed second ${process.pid}`));
  onDrain(async ({ reason }) => {
    say(`drain ${process.pid} ${reason}`);
    if (has('--crash-in-drain')) process.exit(7);
    if (has('--drain-never')) await new Promise(() => {});
    if (has('--drain-fails')) throw new Error('no connection');
    if (!has('--open-handle')) clearInterval(keepAlive);
  });
  onDrained(() => say(`cleaned ${process.pid}`));
  say(`slot ${process.pid} ${JSON.stringify(supervisedSlot())}`);
  if (has('--ask-at-once')) askForReplacement('jobs', { jobs: 1 });
  if (!has('--never-ready')) ready();
  if (has('--two-workers')) setTimeout(commonjs.ready, 100);
}
// Commands of the test, each as a file that tells this process what to do.
const commands = argument('--commands');
setInterval(() => {
  if (commands === undefined) return;
  const asked = (command) => existsSync(`${commands}/${process.pid}.${command}`);
  if (asked('replace')) askForReplacement('jobs', { jobs: 500, heapBytes: 1000 });
  if (process.connected && asked('replace-wordlessly'))
    process.send({ leakguard: 'leakguard.supervise/1', type: 'replace', reason: 'jobs' });
  if (asked('crash')) process.exit(9);
  if (asked('exit')) process.exit(0);
}, 20).unref();
