// A growth log of a given size on stdout or in a file, from several processes with a fixed set of routes; one route leaks.
// node write-growth-log.mjs <file> <megabytes> [scopes]
import { closeSync, openSync, writeSync } from 'node:fs';

const [file, megabytes, scopeCount = '100'] = process.argv.slice(2);
const START = Date.parse('2026-11-01T00:00:00.000Z');
const target = Number(megabytes) * 1024 ** 2;
const output = openSync(file, 'w');
let written = 0;
for (let minute = 1; written < target; minute++) {
  for (const pid of [4242, 4243, 4244, 4245])
    written += writeSync(output, `${JSON.stringify(memoryLine(pid, minute))}\n`);
}
closeSync(output);

function memoryLine(pid, minute) {
  const scopes = Array.from({ length: Number(scopeCount) }, (_, index) => scope(index, minute));
  const time = new Date(START + minute * 60_000).toISOString();
  const memory = { floorBytes: 40_000_000 + minute * 1000, heapUsedBytes: 60_000_000, rssBytes: 120_000_000 };
  return {
    v: 1,
    time,
    event: 'memory',
    pid,
    level: 'watch',
    uptimeMs: minute * 60_000,
    memory,
    scopes,
    unattributed: null,
  };
}

function scope(index, minute) {
  const units = minute * (1000 - index);
  const leaks = index === 0 && minute > 30;
  return {
    ...{ scope: `GET /resource-${index}/:id`, kind: 'route', units, inFlight: 1 },
    verdict: leaks ? 'leaking' : 'stable',
    bytesPerUnit: leaks ? 2100 : null,
    ci95: leaks ? [1900, 2300] : null,
    totalBytes: leaks ? 2100 * units : null,
    unitsPerSecond: (1000 - index) / 60,
  };
}
