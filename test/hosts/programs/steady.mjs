/** A guard with steady traffic; every table of the log goes to stdout, with how many turns of traffic had been. */
import { createGuard } from '@leakguard/core';

const TURN_MS = 20;
const UNITS_A_TURN = 5;
let turns = 0;
const info = ({ event }) => {
  if (event === 'memory')
    console.log(JSON.stringify({ turns, rate: guard.report().scopes[0].unitsPerSecond }));
};
const guard = createGuard({
  logGrowth: 'always',
  reportInterval: 1000,
  logger: { info, warn: console.error, error: console.error },
});
const scope = guard.scope('job', 'steady');
setInterval(() => {
  turns += 1;
  for (let n = 0; n < UNITS_A_TURN; n += 1) guard.begin().end(scope);
}, TURN_MS);
