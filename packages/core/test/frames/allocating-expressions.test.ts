import { describe, expect, it } from 'vitest';
import { FrameMap } from '../../src/frames/frame-map.ts';
import { parseSource } from '../../src/frames/outline-parser.ts';
import { ScriptOutline } from '../../src/frames/script-outline.ts';

/** Candidates of the function with this name in a file: `kind container | text`, likeliest first. */
function candidates(source: string, name: string): string[] {
  const frames = new FrameMap({
    cwd: '/app',
    readSource: (path) => (path === '/app/a.js' ? source : null),
    readMap: () => null,
    now: () => 0,
  });
  const outline = new ScriptOutline(source, parseSource(source));
  const index = Array.from({ length: outline.count }, (_, at) => at).find((at) => {
    const range = outline.nameRange(at);
    return range !== null && source.slice(...range) === name;
  });
  const position = outline.position(index!);
  return frames
    .lines({ name, scriptId: 1, url: 'file:///app/a.js', ...position })
    .map(({ kind, container, text }) => `${kind} ${container} | ${text}`);
}

const kept = (body: string, outside = '') =>
  candidates(`${outside}\nfunction leak(key, value) { ${body} }`, 'leak');

describe('candidates of an allocating function', () => {
  it.each([
    ['const all = new Map();', 'all.set(key, value);', 'keeps a module-level Map | all.set(key, value)'],
    ['const all = [];', 'all.push(value);', 'keeps a module-level array | all.push(value)'],
    ['const all = {};', 'all[key] = value;', 'keeps a module-level object | all[key] = value'],
    [
      'const all = Object.create(null);',
      'all[key] ??= value;',
      'keeps a module-level object | all[key] ??= value',
    ],
    [
      'const lru = new LRUCache({ max: 5 });',
      'lru.set(key, value);',
      'keeps a module-level LRUCache | lru.set(key, value)',
    ],
    ['let all;', 'all = [...all, value];', 'keeps a module-level variable | all = [...all, value]'],
    [
      'import { bus } from "./bus.js";',
      'bus.on("a", value);',
      'keeps something imported | bus.on("a", value)',
    ],
    [
      'const { bus } = require("./bus");',
      'bus.on("a", value);',
      'keeps something imported | bus.on("a", value)',
    ],
    ['', 'process.on("exit", value);', 'keeps the process | process.on("exit", value)'],
    ['', 'globalThis.last = value;', 'keeps the global object | globalThis.last = value'],
    ['', 'setInterval(value, 5);', 'keeps a timer that repeats | setInterval(value, 5)'],
    ['', 'this.items.push(value);', 'keeps this.items | this.items.push(value)'],
    ['', 'this.last = { key };', 'keeps this.last | this.last = { key }'],
    [
      'const all = new Map();',
      'const mine = all.get(key) ?? []; mine.push(value);',
      'keeps part of a module-level Map | mine.push(value)',
    ],
    [
      'const state = { rows: [] };',
      'state.rows.push(value);',
      'keeps part of a module-level object | state.rows.push(value)',
    ],
    ['', 'value.rows.push({ key });', 'keeps null | value.rows.push({ key })'],
  ])('%s function: %s', (outside, body, expected) => {
    expect(kept(body, outside)[0]).toBe(expected);
  });

  it('are what outlives the function first, then what is made, at most five', () => {
    const source = `
      const all = new Map();
      class Store {
        #rows = new Set();
        load(id) {
          const text = \`user \${id}\`;
          const user = { id, text };
          const tags = [1, 2];
          this.#rows.add(user);
          all.set(id, user);
          return () => new Date(user);
        }
      }
    `;
    expect(candidates(source, 'load')).toEqual([
      'keeps a module-level Map | all.set(id, user)',
      'keeps this.#rows | this.#rows.add(user)',
      'object null | { id, text }',
      'array null | [1, 2]',
      'closure null | () => new Date(user)',
    ]);
  });

  it('know containers of the functions around', () => {
    const source =
      'function makeStore() { const items = new Map(); return { add(x) { items.set(x.id, x); } }; }';
    expect(candidates(source, 'add')).toEqual(['keeps a Map of the enclosing function | items.set(x.id, x)']);
  });

  it('leave out what stays inside, and what goes with the request', () => {
    expect(kept('const own = new Set(); own.add(1);')).toEqual(['new null | new Set()']);
    const handler =
      'const handler = (req, res) => { req.user = load(); res.set("a", "b"); res.locals.x.push(1); }';
    expect(candidates(handler, 'handler')).toEqual([]);
    expect(
      kept('if (!key) throw new Error("no " + key); count += 1; console.add(key);', 'let count = 0;'),
    ).toEqual([]);
  });

  it('find what a callback puts outside, after what the function itself does', () => {
    const found = kept('value.forEach((x) => all.push(x)); all.push(value);', 'const all = [];');
    expect(found.slice(0, 2)).toEqual([
      'keeps a module-level array | all.push(value)',
      'keeps a module-level array | all.push(x)',
    ]);
  });

  it('are read of functions of every form', () => {
    const outside = 'const all = [];';
    const body = '{ all.push(x); }';
    const one = ['keeps a module-level array | all.push(x)'];
    for (const source of [
      `const leak = (x) => all.push(x);`,
      `const leak = async x => ${body}`,
      `async function leak(x) ${body}`,
      `const o = { leak(x) ${body} };`,
      `const o = { async *leak(x) { yield 1; all.push(x); } };`,
      `class A { static async leak(x) { await 1; all.push(x); } }`,
      `class A { #leak(x) ${body} b() { this.#leak(1); } }`.replaceAll('#leak', 'leak'),
      `class A extends B { get leak() { super.leak(); all.push(x); } }`,
      `class A { leak = (x) => { all.push(x); }; }`,
      `module.exports.leak = function (x) ${body}`,
    ]) {
      expect([source, candidates(`${outside}\n${source}`, 'leak')]).toEqual([source, one]);
    }
    expect(
      candidates(`${outside} class A extends B { constructor(x) { super(x); all.push(x); } }`, 'constructor'),
    ).toEqual(one);
  });

  it('are shortened to one line of 80 characters', () => {
    const [text] = kept(`all.push({\n  a: 1,\n\n  b: [${'1, '.repeat(100)}] });`, 'const all = [];');
    expect(text).toMatch(/^keeps a module-level array \| all\.push\(\{ a: 1, b: \[1, .*…$/);
    expect(text!.split(' | ')[1]).toHaveLength(80);
  });

  it('are none where the source is not what runs', () => {
    const frames = new FrameMap({
      cwd: '/',
      readSource: () => 'const a = 1;',
      readMap: () => null,
      now: () => 0,
    });
    const at = { name: 'f', scriptId: 1, line: 0, column: 3 };
    expect(frames.lines({ ...at, url: 'file:///a.js' })).toEqual([]);
    expect(frames.lines({ ...at, url: 'node:fs' })).toEqual([]);
    expect(frames.lines({ ...at, url: '' })).toEqual([]);
  });
});
