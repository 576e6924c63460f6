/**
 * A cluster: two workers behind one port, each `app.use(leakGuard({ logFile }))` of its own. One worker is killed while it
 * answers, the other disconnects later and is not told to exit. Prints what the clients saw.
 */
import cluster from 'node:cluster';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { leakGuard } from '@leakguard/express';
import express from 'express';
import { answerOf } from './served.mjs';

const [logFile] = process.argv.slice(2);
await (cluster.isPrimary ? primary() : worker());

async function worker() {
  const guarding = leakGuard({ logFile, reportInterval: 1000, logGrowth: false });
  const app = express();
  app.use(guarding);
  app.get('/pid', (_req, res) => res.send(String(process.pid)));
  app.get('/hang', () => process.send('hangs'));
  app.listen(0, '127.0.0.1');
  // The last state is written by `close`; nothing else is needed for the process to end.
  process.once('disconnect', () => void guarding.guard.close());
}

async function primary() {
  const workers = [cluster.fork(), cluster.fork()];
  const [address] = (await Promise.all(workers.map((each) => once(each, 'listening'))))[0];
  const url = `http://127.0.0.1:${address.port}`;
  const answered = {};
  const ask = async (requests) => {
    for (let n = 0; n < requests; n += 1) {
      const pid = await answerOf(`${url}/pid`);
      answered[pid] = (answered[pid] ?? 0) + 1;
    }
  };
  await ask(60);
  await Promise.all(Object.entries(answered).map(([pid, units]) => logged(pid, units)));
  const killed = await hanging(workers, url);
  killed.process.kill('SIGKILL');
  await once(killed, 'exit');
  const other = workers.find((each) => each !== killed);
  await ask(20);
  other.disconnect();
  const [code, signal] = await once(other, 'exit');
  const pids = { killed: killed.process.pid, other: other.process.pid };
  console.log(JSON.stringify({ answered, ...pids, code, signal }));
}

/** The worker that got a request which it never answers. */
async function hanging(workers, url) {
  const hung = Promise.race(workers.map((each) => once(each, 'message').then(() => each)));
  answerOf(`${url}/hang`).catch(() => undefined);
  return hung;
}

/** Waits until that process has logged so many units. */
async function logged(pid, units) {
  const file = logFile.replace('.ndjson', `.${pid}.ndjson`);
  const changes = watch(file);
  while (!readFileSync(file, 'utf8').includes(`"units":${units},`)) await changes.next();
  await changes.return();
}
