import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SampledProcesses } from './sampled-process.ts';

let processes: SampledProcesses;
beforeAll(async () => {
  processes = await SampledProcesses.build();
});
afterAll(() => processes.remove());

describe('locate', () => {
  it('gives the position that profiles have, whatever kind of function it is', async () => {
    const [said] = await processes.run(`
      class Controller {
        async method() { keep(3000); }
        static #hidden = () => keep(3000);
        static field = Controller.#hidden;
        async *generator() { keep(3000); yield 1; }
      }
      const make = () => function made() { keep(3000); };
      const computed = { ['a b']() { keep(3000); } };
      const functions = {
        arrow: () => { keep(3000); },
        async: async () => { keep(3000); },
        expression: function named(a, b) { keep(3000); },
        method: Controller.prototype.method,
        field: Controller.field,
        made: make(),
        computed: computed['a b'],
        evaluated: new Function('keep', 'keep(3000)').bind(null, keep),
      };
      const before = Object.entries(functions).map(([kind, fn]) => [kind, sampler.locate(fn)]);
      sampler.start(KB64);
      for (const fn of Object.values(functions)) fn();
      const { functions: profiled } = sampler.read();
      const inProfile = ({ scriptId, line, column }) =>
        profiled.find((one) => one.scriptId === scriptId && one.line === line && one.column === column);
      say(before.map(([kind, place]) => [kind, place?.name, place === null ? null : inProfile(place)?.name]));`);
    const found = Object.fromEntries(said.map(([kind, ...names]: [string, ...unknown[]]) => [kind, names]));
    expect(found).toMatchObject({
      arrow: ['arrow', 'arrow'],
      async: ['async', 'async'],
      expression: ['named', 'named'],
      method: ['method', 'method'],
      made: ['made', 'made'],
    });
    // Where V8 infers a name from what the function is assigned to, only the position is the same.
    for (const kind of ['computed', 'field', 'evaluated']) expect(found[kind][1]).toBeTypeOf('string');
  });

  it('follows bound functions and proxies to their target, without running a trap', async () => {
    const [said] = await processes.run(`
      function target() {}
      const traps = new Proxy({}, { get() { return () => { throw new Error('a trap ran'); }; } });
      const bound = target.bind(null, 1).bind(null, 2);
      const proxy = new Proxy(target, traps);
      const { scriptId, line, column } = sampler.locate(target);
      const same = (fn) => {
        const place = sampler.locate(fn);
        return place.scriptId === scriptId && place.line === line && place.column === column;
      };
      say([same(bound), same(proxy), same(new Proxy(bound, traps))]);`);
    expect(said).toEqual([true, true, true]);
  });

  it('gives null for native functions and for what is none', async () => {
    const [said] = await processes.run(`
      const { proxy, revoke } = Proxy.revocable(() => 1, {});
      revoke();
      say([Math.max, [].push, Math.max.bind(null), proxy, {}, null, undefined].map((fn) => sampler.locate(fn)));`);
    expect(said).toEqual([null, null, null, null, null, null, null]);
  });

  it('shows nothing to the app and keeps no function alive', async () => {
    const [said] = await processes.run(`
      const inspector = process.getBuiltinModule('node:inspector');
      const own = () => JSON.stringify([Reflect.ownKeys(globalThis), Reflect.ownKeys(inspector)].map((keys) => keys.map(String)));
      const before = own();
      sampler.start(KB64);
      const seen = [];
      for (let n = 0; n < 20; n += 1) {
        const fn = new Function('return ' + n);
        sampler.locate(fn);
        seen.push(new WeakRef(fn));
      }
      const same = own() === before;
      await wait(1);
      gc();
      gc();
      say({ same, alive: seen.filter((ref) => ref.deref() !== undefined).length });`);
    expect(said.same).toBe(true);
    expect(said.alive).toBeLessThanOrEqual(1);
  });

  it('works where no code may be made from strings', async () => {
    const [said] = await processes.run(`say(sampler.locate(function here() {})?.name);`, {
      flags: ['--disallow-code-generation-from-strings'],
    });
    expect(said).toBe('here');
  });
});
