import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/**
 * Megabytes of log. Memory must not depend on it: 1 GB is read by
 * `LEAKGUARD_BIG_LOG_MB=1024 npx vitest run --root packages/cli constant-memory`.
 */
const MEGABYTES = Number(process.env.LEAKGUARD_BIG_LOG_MB ?? 100);
const BIN = fileURLToPath(new URL('../dist/bin.js', import.meta.url));
const WRITER = fileURLToPath(new URL('write-growth-log.mjs', import.meta.url));
/** Tells the peak of the process at its end; a child's own maxRSS, which the parent cannot read. */
const PEAK = `data:text/javascript,process.on('exit', () => process.stderr.write(String(process.resourceUsage().maxRSS)))`;

/** Runs with an old space of 64 MB: more live data than that ends the process with an error code. */
async function small(args: readonly string[], feed?: (stdin: NodeJS.WritableStream) => Promise<void>) {
  const child = spawn(process.execPath, ['--max-old-space-size=64', '--import', PEAK, BIN, ...args]);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const closed = once(child, 'close');
  await feed?.(child.stdin);
  child.stdin.end();
  const [code] = (await closed) as [number | null];
  return { code, stdout, peakMb: Number(stderr) / 1024 };
}

test(`a log of ${MEGABYTES} MB is read in constant memory`, { timeout: 600_000 }, async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'leakguard-big-'));
  try {
    const file = path.join(folder, 'growth.ndjson');
    const [written] = await once(spawn(process.execPath, [WRITER, file, String(MEGABYTES)]), 'close');
    expect(written).toBe(0);
    const { code, stdout, peakMb } = await small(['report', '--top', '1', file]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^GET \/resource-0\/:id .* 2\.1 KB .* leaking /m);
    expect(stdout).toContain('4 processes');
    // Node itself takes some 45 MB, the young generation up to 48.
    expect(peakMb).toBeGreaterThan(20);
    expect(peakMb).toBeLessThan(160);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a single line of 50 MB is dropped while it comes', { timeout: 120_000 }, async () => {
  const { code, stdout, peakMb } = await small(['report', '-'], async (stdin) => {
    const megabyte = Buffer.alloc(1024 ** 2, 'x');
    for (let written = 0; written < 50; written++) {
      if (!stdin.write(megabyte)) await once(stdin, 'drain');
    }
    stdin.write('\n{"v":1,"time":0,"event":"notice","pid":1,"message":"after it"}\n');
  });
  expect(code).toBe(0);
  expect(stdout).toContain('notice: after it');
  expect(stdout).toContain('1 damaged line: stdin:1 (too long)');
  expect(peakMb).toBeLessThan(160);
});
