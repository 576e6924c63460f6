import { setTimeout as sleep } from 'node:timers/promises';

export const SKUS = 800;

export const stock = Array.from({ length: SKUS }, (_, n) => ({
  sku: `S${1000 + n}`,
  region: ['north', 'east', 'south', 'west'][n % 4],
  units: (n * 37) % 500,
  cents: 99 + ((n * 61) % 7000),
}));

/** Rows in batches, as a cursor would give them. */
export async function* readStock(from, count) {
  for (let n = 0; n < count; n++) {
    if (n % 50 === 0) await sleep(1);
    yield stock[(from + n) % SKUS];
  }
}

export async function* readCustomers(count) {
  for (let id = 0; id < count; id++) {
    if (id % 40 === 0) await null;
    yield { id, name: `Customer, No. ${id}`, mail: `c${id}@example.test` };
  }
}

/** The entries of the ledger; `onEnd` hears what was exported once the last row is out. */
export async function* readLedger(count, onEnd) {
  for (let n = 0; n < count; n++) {
    if (n % 30 === 0) await sleep(1);
    yield { entry: n, account: 4000 + (n % 90), cents: (n * 911) % 100_000 };
  }
  onEnd?.({ name: 'ledger', lines: count });
}

export async function* readAudit(count, onEnd) {
  for (let n = 0; n < count; n++) {
    yield { event: n, actor: `user-${n % 50}`, action: n % 3 ? 'read' : 'write' };
    if (n % 20 === 19) await sleep(1);
  }
  onEnd?.({ name: 'audit', lines: count });
}
