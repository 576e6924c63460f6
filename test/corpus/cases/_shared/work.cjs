'use strict';
// Bounded, non-retaining work used by the innocent routes of every case.
const { createHash } = require('node:crypto');
const zlib = require('node:zlib');

function rng(seed) {
  let s = ((Number(seed) | 0) * 2654435761) >>> 0 || 1;
  return () => {
    s = (s * 1664525 + 1013904223) >>> 0;
    return s / 4294967296;
  };
}
function rows(seed, n = 40) {
  const r = rng(seed),
    out = [];
  for (let i = 0; i < n; i++)
    out.push({
      id: `${seed}-${i}`,
      sku: `sku-${(r() * 1e6) | 0}`,
      qty: 1 + ((r() * 9) | 0),
      price: Math.round(r() * 1e4) / 100,
      tags: ['a', 'b', 'c'].slice(0, 1 + ((r() * 3) | 0)),
    });
  return out;
}
const total = (list) => list.reduce((a, x) => a + x.qty * x.price, 0);
const csv = (list) =>
  list.map((x) => [x.id, x.sku, x.qty, x.price.toFixed(2), x.tags.join('|')].join(',')).join('\n');
const html = (list) =>
  '<table>' +
  list.map((x) => `<tr><td>${x.id}</td><td>${x.sku}</td><td>${x.qty}</td></tr>`).join('') +
  '</table>';
function groupBy(list, key) {
  const m = new Map();
  for (const x of list) {
    const k = String(x[key]);
    (m.get(k) ?? m.set(k, []).get(k)).push(x);
  }
  return Object.fromEntries([...m].map(([k, v]) => [k, v.length]));
}
const digest = (s) => createHash('sha256').update(s).digest('hex');
const clone = (o) => JSON.parse(JSON.stringify(o));
const gzip = (s) => zlib.gzipSync(s);
const buffer = (n, seed = 1) => {
  const b = Buffer.alloc(n, seed & 255);
  return { length: b.length, sum: b.readUInt8(n >> 1), head: b.toString('hex', 0, 8) };
};
const words = (seed, n = 60) => {
  const r = rng(seed),
    o = [];
  for (let i = 0; i < n; i++) o.push(((r() * 46656) | 0).toString(36));
  return o.join(' ');
};
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
module.exports = { rows, total, csv, html, groupBy, digest, clone, gzip, buffer, words, sleep };
