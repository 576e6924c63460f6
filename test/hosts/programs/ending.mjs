/** A process that ends in the way of its second argument; its guard has a log file, the first argument, and one line in it. */
import { createGuard } from '@leakguard/core';

const [logFile, way] = process.argv.slice(2);
const silent = { info() {}, warn() {}, error() {} };
const guard = createGuard({ logFile, maxScopes: 1, logger: silent });
for (const name of ['mail:send', 'mail:bounce']) guard.begin().end(guard.scope('job', name));

const ways = {
  exit: () => process.exit(3),
  'closed on exit': () => {
    process.on('exit', () => void guard.close());
    process.exit(3);
  },
  'uncaught, fatal': () => setImmediate(thrower),
  'uncaught, handled': () => {
    process.once('uncaughtException', () => {
      for (let n = 0; n < 5; n += 1) guard.begin().end(guard.scope('job', 'mail:send'));
      void guard.close();
    });
    setImmediate(thrower);
  },
};
ways[way]();

function thrower() {
  throw new Error('a fault of the app');
}
