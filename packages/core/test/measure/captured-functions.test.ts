import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SampledProcesses } from './sampled-process.ts';

let processes: SampledProcesses;
beforeAll(async () => {
  processes = await SampledProcesses.build();
});
afterAll(() => processes.remove());

/** Says of each wrapper which of `functions` it holds, and by which variable. */
const SAY = `
  const placeOf = ({ scriptId, line, column }) => [scriptId, line, column].join(':');
  const names = new Map(Object.entries(functions).map(([name, fn]) => [placeOf(sampler.locate(fn)), name]));
  const held = (fn) => sampler.captured(fn).map((one) => [one.variable, names.get(placeOf(one)) ?? null]);
  say(Object.fromEntries(Object.entries(wrappers).map(([kind, fn]) => [kind, held(fn)])));
`;

describe('the functions that a closure holds', () => {
  it('are those of its variables, bound ones as their target, and those that these hold', async () => {
    const [said] = await processes.run(`
      const functions = { show: async function show() {}, list() {}, log() {} };
      const wrap = (fn) => (req) => fn(req).catch(() => 1);
      const traced = (name, inner) => function () { return inner.call(this, name); };
      const pair = (first, second) => () => { first(); second(); };
      const wrappers = {
        wrapped: wrap(functions.show),
        bound: wrap(functions.show.bind({})),
        boundWrapper: wrap(functions.show).bind(null, 1),
        twice: traced('a', wrap(functions.show)),
        two: pair(functions.list, functions.log),
        block: (() => { for (const fn of [functions.list]) { const log = functions.log; return () => fn(log()); } })(),
        none: (() => { const text = 'a'; return () => text; })(),
        module: () => wrap,
        native: Math.max,
      };
      ${SAY}`);
    expect(said).toEqual({
      wrapped: [['fn', 'show']],
      bound: [['fn', 'show']],
      boundWrapper: [['fn', 'show']],
      twice: [
        ['inner', null],
        ['fn', 'show'],
      ],
      two: expect.arrayContaining([
        ['first', 'list'],
        ['second', 'log'],
      ]),
      block: expect.arrayContaining([
        ['log', 'log'],
        ['fn', 'list'],
      ]),
      ...{ none: [], module: [], native: [] },
    });
  });

  it('are bounded: none of a scope with many, 16 in all, and no large text is read', async () => {
    const [said] = await processes.run(`
      const many = {};
      for (let n = 0; n < 100; n += 1) many['f' + n] = new Function('return () => ' + n)();
      const names = Object.keys(many);
      const module = new Function('many', 'const {' + names + '} = many; return () => [' + names + '];')(many);
      let last = 0;
      const leaf = () => new Function('return () => ' + last++)();
      const seven = (make) => new Function('a, b, c, d, e, f, g', 'return () => [a, b, c, d, e, f, g, ' + last++ + '];')(
        ...Array.from({ length: 7 }, make),
      );
      const nested = seven(() => seven(leaf));
      const text = 'x'.repeat(2 ** 28);
      const large = ((fn) => () => fn(text))(() => 1);
      const started = process.memoryUsage().heapUsed;
      const found = sampler.captured(large).length;
      const grown = process.memoryUsage().heapUsed - started;
      say([sampler.captured(module).length, sampler.captured(nested).length, found, grown < 2 ** 26]);`);
    expect(said).toEqual([0, 16, 1, true]);
  });

  it('are not kept alive, and no getter of the app runs', async () => {
    const [said] = await processes.run(`
      let ran = 0;
      const held = ((fn) => () => fn)(Object.defineProperty(() => 1, 'spy', { get() { ran += 1; }, enumerable: true }));
      sampler.captured(held);
      const seen = [];
      for (let n = 0; n < 20; n += 1) {
        const fn = new Function('return ' + n);
        sampler.captured(((inner) => () => inner())(fn));
        seen.push(new WeakRef(fn));
      }
      await wait(1);
      gc();
      gc();
      say({ ran, alive: seen.filter((ref) => ref.deref() !== undefined).length });`);
    expect(said.ran).toBe(0);
    expect(said.alive).toBeLessThanOrEqual(1);
  });
});
