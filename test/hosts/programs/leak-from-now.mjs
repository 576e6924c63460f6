/**
 * Three jobs in a changing mix, one of which begins to keep what it makes after half of the time. Takes a snapshot when all is warm,
 * when the leak begins and at the end, each into a file of the folder in argv[2]; prints when the leak began.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { createGuard } from '@leakguard/core';

const [folder] = process.argv.slice(2);
const BATCHES = 30;
const guard = createGuard({ enabled: true, level: 'prove', logFile: join(folder, 'growth.ndjson') });
const cache = new Map();
const kept = [];
let isLeaking = false;
let id = 0;

function makeUser() {
  id += 1;
  return {
    id,
    name: `user ${id}`,
    tags: Array.from({ length: 100 }, (_, n) => n),
    address: { zip: `${id}` },
  };
}

/** Bounded: full since the warm-up. */
function cacheUser() {
  const user = makeUser();
  cache.set(id % 500, user);
}

function rememberVisit() {
  id += 1;
  const visit = { id, path: new Array(200).fill(id), agent: { name: `agent ${id}` } };
  if (isLeaking) kept.push(visit);
}

/** In a changing mix: no regression could tell apart jobs that always come in the same one. */
const jobs = [
  { scope: guard.scope('job', 'warm'), run: cacheUser, units: (batch) => 60 + ((batch * 37) % 200) },
  { scope: guard.scope('job', 'visit'), run: rememberVisit, units: (batch) => 60 + ((batch * 71) % 190) },
  { scope: guard.scope('job', 'plain'), run: makeUser, units: (batch) => 60 + ((batch * 53) % 170) },
];

async function phase() {
  for (let batch = 0; batch < BATCHES; batch += 1) {
    for (const { scope, run, units } of jobs) {
      for (let n = units(batch); n > 0; n -= 1) {
        const unit = guard.begin();
        run();
        unit.end(scope, { handlers: [run] });
      }
    }
    await setImmediate();
    await guard.analyze();
  }
}

async function save(name) {
  writeFileSync(join(folder, name), JSON.stringify(await guard.takeSnapshot()));
}

await phase();
await save('warm.json');
await phase();
await save('before.json');
const startedAt = new Date().toISOString();
isLeaking = true;
await phase();
await save('after.json');
await guard.close();
console.log(JSON.stringify({ startedAt, kept: kept.length }));
