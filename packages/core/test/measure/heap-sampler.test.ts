import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processRuntime } from '../../src/measure/process-runtime.ts';
import { SampledProcesses } from './sampled-process.ts';

let processes: SampledProcesses;
beforeAll(async () => {
  processes = await SampledProcesses.build();
});
afterAll(() => processes.remove());

describe('a reading', () => {
  it('holds what is kept, by the stacks that allocated it, and nothing of the garbage', async () => {
    const [said] = await processes.run(`
      const handler = () => layer();
      function layer() { leak(); waste(); }
      function leak() { keep(20_000); }
      function waste() { for (let n = 0; n < 20_000; n += 1) new Array(128).fill(n); }
      sampler.start(KB64);
      handler();
      const reading = sampler.read();
      const stacks = reading.stacks.map((stack) => stack.map((index) => reading.functions[index].name));
      const found = stacks.find((names) => names.includes('leak'));
      say({
        kept: bytesOf(reading, 'leak'), wasted: bytesOf(reading, 'waste'),
        names: found.slice(found.indexOf('leak'), found.indexOf('handler') + 1),
        root: reading.functions.some(({ name }) => name === '(root)'),
        ascending: reading.samples.every(({ ordinal }, i, all) => i === 0 || all[i - 1].ordinal < ordinal),
        inside: reading.stacks.flat().every((index) => index < reading.functions.length),
        pauseMs: reading.pauseMs, floorPauseMs: reading.floor.pauseMs,
        running: sampler.isRunning, unavailable: sampler.unavailable,
      });`);
    expect(said.kept / (20_000 * 1040)).toBeGreaterThan(0.7);
    expect(said.kept / (20_000 * 1040)).toBeLessThan(1.4);
    expect(said.wasted).toBeLessThan(0.1 * said.kept);
    expect(said.names).toEqual(['leak', 'layer', 'handler']);
    expect(said).toMatchObject({
      root: false,
      ascending: true,
      inside: true,
      running: true,
      unavailable: null,
    });
    expect(said.floorPauseMs).toBeGreaterThan(0);
    expect(said.pauseMs).toBeGreaterThanOrEqual(said.floorPauseMs);
  });

  it('has the floor that a forced GC gives, Buffers included, and watchers are not told of its GC', async () => {
    const [said] = await processes.run(`
      const floors = [];
      let majors = 0;
      runtime.watchMajorGcs((floor) => floors.push(floor), () => { majors += 1; });
      sampler.start(KB64);
      keep(10_000);
      let buffers = Array.from({ length: 2000 }, () => Buffer.alloc(20_000));
      for (let n = 0; n < 3; n += 1) sampler.read();
      buffers = null;
      const { floor } = sampler.read();
      const truth = runtime.forceGc();
      await wait(50);
      const seen = await majorGcsSoFar();
      say({ floor, truth, floors: floors.length, majors, seen });`);
    const { floor, truth } = said;
    expect(floor.forced).toBe(true);
    for (const key of ['heapBytes', 'oldSpaceBytes', 'arrayBuffersBytes', 'externalBytes'])
      expect(Math.abs(floor[key] - truth[key])).toBeLessThan(700_000);
    expect(floor.timeMs).toBeLessThan(truth.timeMs);
    expect(said.seen).toBeGreaterThanOrEqual(4);
    expect(said).toMatchObject({ floors: 0, majors: 0 });
  });

  it('knows the samples of the one before by their ordinals, until they die', async () => {
    const [said] = await processes.run(`
      sampler.start(KB64);
      keep(20_000);
      const first = sampler.read();
      keep(20_000);
      const second = sampler.read();
      kept.length = 0;
      const third = sampler.read();
      const known = new Set(first.samples.map(({ ordinal }) => ordinal));
      const again = ({ samples }) => samples.filter(({ ordinal }) => known.has(ordinal)).length / known.size;
      say({ second: again(second), third: again(third), grew: second.samples.length / first.samples.length });`);
    expect(said.second).toBeGreaterThan(0.9);
    expect(said.third).toBeLessThan(0.3);
    expect(said.grew).toBeGreaterThan(1.6);
  });

  it('can be had at a natural GC without another one, where Node can', async () => {
    const [said] = await processes.run(`
      sampler.start(KB64);
      keep(5000);
      const natural = { timeMs: runtime.now(), heapBytes: 1, oldSpaceBytes: 1, externalBytes: 1, arrayBuffersBytes: 1, forced: false, pauseMs: 1 };
      gc();
      const before = await majorGcsSoFar();
      const reading = sampler.read(natural);
      say({ withoutGc: sampler.readsWithoutGc, majors: (await majorGcsSoFar()) - before, forced: reading.floor.forced, kept: bytesOf(reading, 'keep') });`);
    expect(said.majors).toBe(said.withoutGc ? 0 : 1);
    expect(said.forced).toBe(!said.withoutGc);
    expect(said.kept).toBeGreaterThan(3_000_000);
    const major = Number(process.versions.node.split('.')[0]);
    if (major >= 26) expect(said.withoutGc).toBe(true);
    if (major < 24) expect(said.withoutGc).toBe(false);
  });

  it('is not there before the start, after the stop, and there again after another start', async () => {
    const [said] = await processes.run(`
      const rounds = [];
      const look = () => rounds.push([sampler.isRunning, sampler.read() !== null]);
      sampler.stop();
      look();
      sampler.start(KB64);
      sampler.start(KB64);
      look();
      sampler.stop();
      sampler.stop();
      look();
      const free = new Tool().samples();
      sampler.start(KB64);
      look();
      say({ rounds, free });`);
    expect(said).toEqual({
      rounds: [
        [false, false],
        [true, true],
        [false, false],
        [true, true],
      ],
      free: null,
    });
  });
});

describe('many reads', () => {
  it('leave nothing behind', async () => {
    const [said] = await processes.run(`
      sampler.start(KB64);
      keep(20_000);
      const read = (times) => { for (let n = 0; n < times; n += 1) sampler.read(); return runtime.forceGc().heapBytes; };
      const floors = [read(10), read(40), read(40), read(40)];
      // Code that V8 compiles meanwhile comes once; what reads leave behind would come every time.
      const grown = Math.min(...floors.slice(1).map((floor, round) => floor - floors[round]));
      say({ grown, samples: sampler.read().samples.length });`);
    expect(said.samples).toBeGreaterThan(200);
    expect(said.grown).toBeLessThan(100_000);
  });
});

describe('starting and stopping', () => {
  it('forces no GC, and a process that samples ends by itself', async () => {
    const [said] = await processes.run(`
      const before = await majorGcsSoFar();
      sampler.start(KB64);
      keep(1000);
      sampler.stop();
      sampler.start(KB64);
      say({ majors: (await majorGcsSoFar()) - before, running: sampler.isRunning });`);
    expect(said).toEqual({ majors: 0, running: true });
  });

  it('does not keep alive what the app gives to console', async () => {
    const [said] = await processes.run(`
      sampler.start(KB64);
      sampler.read();
      process.stdout.write = () => true;
      const seen = [];
      for (let n = 0; n < 50; n += 1) {
        const object = { n };
        seen.push(new WeakRef(object));
        console.log('line', object);
      }
      delete process.stdout.write;
      const alive = () => seen.filter((ref) => ref.deref() !== undefined).length;
      // V8's copy goes within a second; a loop of a minute at most, which ends when it has.
      for (let turn = 0; turn < 600 && alive() > 2; turn += 1) { await wait(100); gc(); }
      say(alive());`);
    expect(said).toBeLessThanOrEqual(2);
  });
});

describe('beside another user of the profiler', () => {
  const TAKEN = /already in use in this process/;

  it('leaves a profiler alone that somebody else has started, and says so', async () => {
    const [said] = await processes.run(`
      const tool = new Tool();
      tool.start();
      keep(5000);
      sampler.start(KB64);
      const state = { running: sampler.isRunning, unavailable: sampler.unavailable, read: sampler.read() };
      sampler.stop();
      say({ ...state, theirs: tool.samples() });`);
    expect(said).toMatchObject({ running: false, unavailable: expect.stringMatching(TAKEN), read: null });
    expect(said.theirs).toBeGreaterThan(50);
  });

  it('leaves the profiler of --heap-prof alone', async () => {
    const [said] = await processes.run(
      `sampler.start(KB64);
       say({ running: sampler.isRunning, unavailable: sampler.unavailable });
       process.chdir(import.meta.dirname);`,
      { flags: ['--heap-prof', '--heap-prof-dir=/tmp', '--heap-prof-name=leakguard-test.heapprofile'] },
    );
    expect(said).toMatchObject({ running: false, unavailable: expect.stringMatching(TAKEN) });
  });

  it('yields for good when somebody stopped it', async () => {
    const [said] = await processes.run(`
      sampler.start(KB64);
      keep(5000);
      const tool = new Tool();
      const [before, start] = [sampler.read() !== null, tool.start()];
      const whileShared = sampler.read() !== null;
      tool.stop();
      const states = [];
      for (let n = 0; n < 2; n += 1) {
        states.push([sampler.read(), sampler.isRunning, sampler.unavailable]);
        sampler.start(KB64);
      }
      say({ before, start, whileShared, states, free: tool.samples() });`);
    const lost = [null, false, expect.stringMatching(/^another tool stopped .* from now on$/)];
    expect(said).toEqual({ before: true, start: {}, whileShared: true, states: [lost, lost], free: null });
  });

  it('yields for good when somebody stopped it and started anew, and does not take theirs', async () => {
    const [said] = await processes.run(`
      sampler.start(KB64);
      keep(20_000);
      sampler.read();
      const tool = new Tool();
      tool.start();
      tool.stop();
      tool.start();
      keep(5000);
      const read = sampler.read();
      const state = [sampler.isRunning, sampler.unavailable];
      sampler.stop();
      keep(5000);
      say({ read, state, theirs: tool.samples() });`);
    expect(said).toMatchObject({
      read: null,
      state: [false, expect.stringMatching(/^another tool took over .* from now on$/)],
    });
    expect(said.theirs).toBeGreaterThan(100);
  });

  it('is one in its process: a second guard does without', async () => {
    const [said] = await processes.run(`
      const second = processRuntime().sampler;
      sampler.start(KB64);
      second.start(KB64);
      const unavailable = second.unavailable;
      second.stop();
      say({ unavailable, first: sampler.read() !== null });`);
    expect(said).toEqual({ unavailable: expect.stringMatching(TAKEN), first: true });
  });

  const stub = { 'main.js': 'module.exports = {};' };
  it.each(['dd-trace', '@datadog/pprof', '@pyroscope/nodejs'])(
    'does not start beside %s, imported or required',
    async (tool) => {
      const files = {
        [`node_modules/${tool}/package.json`]: '{ "main": "main.js" }',
        [`node_modules/${tool}/main.js`]: stub['main.js'],
      };
      const load = [
        `await import('${tool}');`,
        `(await import('node:module')).createRequire(import.meta.url)('${tool}');`,
      ];
      for (const line of load) {
        const [said] = await processes.run(
          `${line} sampler.start(KB64); say([sampler.isRunning, sampler.unavailable]);`,
          { files },
        );
        expect(said).toEqual([false, `${tool} is loaded, which uses V8's only sampling heap profiler`]);
      }
    },
  );

  it('does not start beside a dd-trace that was bundled', async () => {
    const [said] = await processes.run(
      `globalThis[Symbol.for('dd-trace')] = {}; sampler.start(KB64); say(sampler.unavailable);`,
    );
    expect(said).toMatch(/^dd-trace is loaded/);
  });
});

describe('where the inspector is denied', () => {
  it('says so under --permission', async () => {
    const flag = process.allowedNodeEnvironmentFlags.has('--permission')
      ? '--permission'
      : '--experimental-permission';
    const [said] = await processes.run(
      `sampler.start(KB64);
       say([sampler.isRunning, sampler.unavailable, sampler.read(), sampler.locate(() => 1)]);`,
      { flags: [flag, '--allow-fs-read=*'] },
    );
    expect(said).toEqual([
      false,
      expect.stringMatching(/^Node.js denies the inspector .*--permission/),
      null,
      null,
    ]);
  });

  it('says so in a build without it', () => {
    const { sampler } = processRuntime({ loadInspector: () => null });
    sampler.start(65_536);
    expect(sampler.isRunning).toBe(false);
    expect(sampler.unavailable).toBe('the inspector cannot be used: this Node.js was built without it');
    expect(sampler.read()).toBeNull();
    expect(sampler.locate(() => 1)).toBeNull();
  });

  it('says what it failed with', () => {
    class Session {
      connect(): never {
        throw new Error('no room');
      }
    }
    const loadInspector = () => ({ Session, url: () => undefined }) as never;
    const { sampler } = processRuntime({ loadInspector });
    sampler.start(65_536);
    expect(sampler.unavailable).toBe('the inspector cannot be used: no room');
  });
});

describe('a worker thread', () => {
  it('has a profiler of its own', async () => {
    const worker = processes.source(`
      import { parentPort } from 'node:worker_threads';
      function leakInWorker() { keep(5000); }
      sampler.start(KB64);
      leakInWorker();
      const reading = sampler.read();
      parentPort.postMessage({ own: bytesOf(reading, 'leakInWorker'), others: bytesOf(reading, 'leakInMain') });`);
    const [said] = await processes.run(
      `import { Worker } from 'node:worker_threads';
       import { once } from 'node:events';
       function leakInMain() { keep(5000); }
       sampler.start(KB64);
       leakInMain();
       const [message] = await once(new Worker(new URL('worker.mjs', import.meta.url)), 'message');
       const reading = sampler.read();
       say({ ...message, main: bytesOf(reading, 'leakInMain') });`,
      { files: { 'worker.mjs': worker } },
    );
    expect(said.own).toBeGreaterThan(3_000_000);
    expect(said.others).toBe(0);
    expect(said.main).toBeGreaterThan(3_000_000);
  });
});
