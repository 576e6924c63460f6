import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BuiltCore, builtCore } from './report/built-core.ts';

let core: BuiltCore;
beforeAll(async () => {
  core = await builtCore();
}, 60_000);
afterAll(() => core.remove());

/** A program that has `guard` and `console.log`s JSON. */
function run(source: string, flags: string[] = []): unknown {
  const code = `import { createGuard } from ${JSON.stringify(core.url)};
    const guard = createGuard({ enabled: true, logGrowth: false });
    ${source}
    await guard.close();`;
  const args = [...flags, '--input-type=module', '-e', code];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 });
  expect({ status, stderr: stderr.replace(/^\(node.*\n|^\(Use.*\n/gm, '') }).toEqual({
    status: 0,
    stderr: '',
  });
  return JSON.parse(stdout);
}

const GROWTH = `
  class Order {}
  class Line {}
  const kept = (globalThis.kept = []);
  await guard.typeGrowth();
  for (let k = 0; k < 300; k++) kept.push(new Order(), new Line());
  const growth = await guard.typeGrowth();
  console.log(JSON.stringify(growth.filter(({ delta }) => delta >= 300)));`;

const GAINED = ['Order', 'Line'].map((type) => ({ type, count: 300, delta: 300 }));

it('tells in a process of its own which types gained most', () => {
  expect(run(GROWTH)).toEqual(GAINED);
});

it.each([['--frozen-intrinsics'], ['--disallow-code-generation-from-strings'], ['--expose-gc']])(
  'does so under %s',
  (flag) => {
    expect(run(GROWTH, [flag])).toEqual(GAINED);
  },
);

it('counts the objects of a worker thread in that thread alone', () => {
  const worker = `
    import { createGuard } from ${JSON.stringify(core.url)};
    import { parentPort } from 'node:worker_threads';
    class OfWorker {}
    globalThis.kept = [new OfWorker(), new OfWorker()];
    const guard = createGuard({ enabled: true });
    const types = await guard.typeGrowth();
    parentPort.postMessage(types.find(({ type }) => type === 'OfWorker'));
    await guard.close();`;
  const counted = run(`
    const { Worker } = await import('node:worker_threads');
    const { once } = await import('node:events');
    const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(worker)})));
    const [inWorker] = await once(worker, 'message');
    const here = (await guard.typeGrowth()).find(({ type }) => type === 'OfWorker');
    console.log(JSON.stringify({ inWorker, here: here ?? null }));`);
  expect(counted).toEqual({ inWorker: { type: 'OfWorker', count: 2, delta: null }, here: null });
});

it('says why it cannot where the inspector is denied, and the guard goes on', () => {
  const denied = run(
    `const error = await guard.typeGrowth().catch((error) => error);
     console.log(JSON.stringify({ code: error.code ?? null, message: error.message ?? null, level: guard.report().level }));`,
    [
      Number(process.versions.node.split('.')[0]) >= 24 ? '--permission' : '--experimental-permission',
      '--allow-fs-read=*',
    ],
  );
  expect(denied).toEqual({
    code: 'ERR_LEAKGUARD_TYPES',
    message: expect.stringContaining('types cannot be counted here'),
    level: 'auto',
  });
});

it('refuses a heap that is too large for its pause, with the figures', () => {
  const refused = run(`
    const kept = (globalThis.kept = Array.from({ length: 2_000_000 }, (_, k) => ({ k, next: {} })));
    const error = await guard.typeGrowth().catch((error) => error);
    console.log(JSON.stringify({ code: error.code, message: error.message }));`);
  expect(refused).toEqual({
    code: 'ERR_LEAKGUARD_BUDGET',
    message: expect.stringMatching(/would stop the program for about \d{4} ms, as expected of \d+ MB/),
  });
});
