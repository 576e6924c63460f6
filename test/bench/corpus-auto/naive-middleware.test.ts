import { expect, test } from 'vitest';
import type { RouteAverage } from '../../../bench/corpus-auto/naive-rule.mjs';
import { installCasePackages } from '../../corpus/case-packages.mjs';
import { loadCase } from '../../corpus/cases.mjs';
import { startLoad } from '../../corpus/load.mjs';
import { startServer } from '../../corpus/server-process.mjs';

const RIVAL = new URL('../../../bench/corpus-auto/naive-middleware.mjs', import.meta.url).href;
const UNITS = 600;

const unitsOf = (averages: RouteAverage[]) => averages.reduce((sum, { units }) => sum + units, 0);

test('both naive rules charge every request of a corpus app to its route', async () => {
  await installCasePackages();
  const spec = loadCase('sse-listeners'); // its clients leave a stream, which then never finishes
  const server = await startServer(spec.name, {
    guard: null,
    level: 'auto',
    rival: RIVAL,
    nodeFlags: ['--max-semi-space-size=1'],
  });
  const averages = (): Promise<Record<'around' | 'sinceLast', RouteAverage[]>> => server.ask('rival');
  try {
    const bounds = { seed: 1, maxUnits: UNITS, maxSeconds: 60 };
    const load = startLoad(spec.load, { port: server.port, ...bounds });
    await load.reached(UNITS);
    await load.stop();
    // The client knows that it has left a stream before the server does.
    await expect.poll(async () => unitsOf((await averages()).around)).toBe(UNITS);
    const { around, sinceLast } = await averages();
    const routes = (spec.load.routes ?? []).map(({ route }) => route).sort();
    expect(around.map(({ route }) => route).sort()).toEqual(routes);
    expect(sinceLast.map(({ units }) => units)).toEqual(around.map(({ units }) => units));
    expect(around.every(({ bytesPerUnit }) => Number.isFinite(bytesPerUnit))).toBe(true);
  } finally {
    await server.stop();
  }
});
