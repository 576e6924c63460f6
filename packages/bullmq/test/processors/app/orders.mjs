import { setTimeout as wait } from 'node:timers/promises';

const seen = [];

/** One kind of job remembers every row it was given, in a function of its own; the other keeps nothing. */
export default async function orders({ name }) {
  for (let part = 0; part < 25; part += 1) JSON.parse(JSON.stringify(makeRows(640)));
  if (name === 'import') await importRows(makeRows(500));
}

function makeRows(length) {
  return Array.from({ length }, (_, row) => ({ row }));
}

async function importRows(rows) {
  await wait(0);
  rememberRows(rows);
}

function rememberRows(rows) {
  for (const { row } of rows) seen.push({ row, at: `row ${row}`, done: false });
}
