import { setTimeout as wait } from 'node:timers/promises';

/** What each name keeps per job, bytes: on the heap, or in Buffers. */
export const TRUTH = {
  honest: 0,
  small: 1024,
  medium: 10_240,
  large: 51_200,
  'garbage-heavy': 0,
  'warms-up': 0,
  buffers: 20_480,
  // For jobs of less than a millisecond: no garbage to speak of, and a heap of many small objects.
  'cheap-honest': 0,
  'cheap-leak': 67_000,
};

/** An array's slot, and an object of three small numbers with its header (Node 20). */
const SMALL_BYTES = 56;

/** V8 puts 16 bytes before the characters of a string, and the array that keeps it has 8 for it. */
const STRING_BYTES = 24;
const CACHED_KEYS = 40;

const kept = [];
const buffers = [];
const cache = new Map();
const tables = [];

/** The work of all names: about half a megabyte of garbage, then what the name keeps. */
export async function work({ name, data }) {
  if (name.startsWith('cheap')) return cheap(name);
  garbage(name === 'garbage-heavy' ? 8 : 1);
  if (name === 'warms-up') warmUp(data.n);
  else if (name === 'buffers') buffers.push(Buffer.alloc(TRUTH.buffers, 1));
  else if (TRUTH[name] > 0) kept.push(text(TRUTH[name] - STRING_BYTES));
  await wait(data.ms ?? 0);
}

function cheap(name) {
  const list = Array.from({ length: Math.round(TRUTH['cheap-leak'] / SMALL_BYTES) }, (_, x) => ({
    x,
    y: 1,
    z: 2,
  }));
  if (name === 'cheap-leak') kept.push(list);
}

function garbage(times) {
  for (let k = 0; k < 25 * times; k += 1) {
    const list = Array.from({ length: 640 }, (_, x) => ({ x }));
    JSON.parse(JSON.stringify({ k, last: list.at(-1) }));
  }
}

/** A table that the first job loads, and a cache of a few dozen keys. */
function warmUp(n) {
  if (tables.length === 0) tables.push(Array.from({ length: 20_000 }, (_, row) => ({ row })));
  const key = n % CACHED_KEYS;
  if (!cache.has(key)) cache.set(key, text(20_000));
}

/** Flat, in V8's heap: a repeated or concatenated string would be a tree of parts. */
function text(bytes) {
  return Buffer.alloc(bytes, 97).toString('latin1');
}
