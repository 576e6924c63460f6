import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CounterReport } from '../src/site-types.ts';
import { type BuiltCore, builtCore } from './report/built-core.ts';
import { linesIn, temporaryFolder } from './report/temporary-folder.ts';

let core: BuiltCore;
beforeAll(async () => {
  core = await builtCore();
}, 60_000);
afterAll(() => core.remove());

const REQUESTS = 3200;

/** A real server whose requests each do this, with a guard at `prove`; what its report then says. */
function served(leak: string, folder: string): { counters: CounterReport[]; text: string } {
  const program = `
    import { createServer, request, Agent } from 'node:http';
    import { createGuard, formatReport, guardServer } from ${JSON.stringify(core.url)};
    const server = createServer((req, res) => { ${leak} res.end('ok'); });
    server.setMaxListeners(0);
    process.setMaxListeners(0);
    const { guard } = guardServer(server, {
      enabled: true, level: 'prove', profiler: false, logger: { info() {}, warn() {}, error() {} },
      logFile: ${JSON.stringify(join(folder, 'growth.ndjson'))}, scope: () => '/',
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    const get = () => new Promise((resolve, reject) =>
      request({ port: server.address().port, host: '127.0.0.1', agent }, (res) => res.resume().on('end', resolve)).on('error', reject).end());
    for (let row = 0; row < ${REQUESTS / 80}; row++) {
      for (let n = 0; n < 20; n++) await Promise.all([get(), get(), get(), get()]);
      await guard.analyze();
    }
    const report = guard.report();
    console.log(JSON.stringify({ counters: report.counters, text: formatReport(report) }));
    await guard.close();
    process.exit();`;
  const args = ['--expose-gc', '--input-type=module', '-e', program];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: 100_000,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

it('shows timers and listeners that every request of a real server leaves behind, in report, text and log', {
  timeout: 120_000,
}, () => {
  const folder = temporaryFolder();
  const leaks =
    "setTimeout(() => undefined, 1e9); process.on('warning', () => res); server.on('leak', () => res);";
  const { counters, text } = served(leaks, folder);
  const growing = counters.filter((counter) => counter.growing);
  const names = [
    'active Timeout',
    "listeners 'leak' on Server",
    "listeners 'warning' on process",
    'listeners on Server',
    'listeners on process',
  ];
  expect(growing.map(({ name }) => name)).toEqual(names);
  for (const { value, perThousandUnits } of growing) {
    expect(value).toBeGreaterThanOrEqual(REQUESTS);
    expect(perThousandUnits).toBeCloseTo(1000, -1);
  }
  expect(text).toMatch(
    /^also grows: active Timeout, 1 per request \(3,200 now\); listeners 'leak' on Server, 1 per request/m,
  );
  const [lines] = Object.values(linesIn(folder));
  const last = JSON.parse(lines!.at(-1)!) as { event: string; counters: CounterReport[] };
  expect(last.event).toBe('memory');
  expect(last.counters.filter((counter) => counter.growing).map(({ name }) => name)).toEqual(names);
});

it('shows nothing of the sort for a server that leaves nothing', { timeout: 120_000 }, () => {
  const { counters, text } = served('', temporaryFolder());
  expect(counters.filter(({ growing }) => growing)).toEqual([]);
  expect(counters).toContainEqual(expect.objectContaining({ name: 'active TCPServerWrap', value: 1 }));
  expect(text).not.toContain('also grows');
});
