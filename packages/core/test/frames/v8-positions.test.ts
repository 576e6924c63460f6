import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseSource } from '../../src/frames/outline-parser.ts';
import { ScriptOutline } from '../../src/frames/script-outline.ts';
import { appFolder } from './sampled-app.ts';

const session = new Session();
session.connect();
afterAll(() => session.disconnect());

function post(method: string, params: object): Record<string, never> {
  let answer = {};
  session.post(method, params, (_error, result) => {
    answer = result as object;
  });
  return answer;
}

interface Property {
  name: string;
  value: { value: { lineNumber: number; columnNumber: number } };
}

/** Where V8 says that a function starts. */
function locate(fn: unknown): { line: number; column: number } {
  (globalThis as { located?: unknown }).located = fn;
  const { result } = post('Runtime.evaluate', { expression: 'located' }) as never as {
    result: { objectId: string };
  };
  const { internalProperties } = post('Runtime.getProperties', {
    objectId: result.objectId,
    ownProperties: true,
  }) as never as { internalProperties: Property[] };
  const { value } = internalProperties.find(({ name }) => name === '[[FunctionLocation]]')!.value;
  return { line: value.lineNumber, column: value.columnNumber };
}

const SOURCE = `
const key = 'computed';
class Base {}
export const all = [];
const put = (name, fn) => all.push([name, fn]);
put('declared', (() => { function declared /* ( */ (a) { return a; } return declared; })());
put('expression', function (a) { return a; });
put('arrow', (a = (b) => b) => a);
put('bare', a => a);
put('async arrow', async (a) => a);
put('async bare', async a => a);
put('async function', async function named(a) {});
put('generator', function * (a) {});
put('async generator', async function * named (a) {});
const literal = {
  method(a) {}, async asyncMethod(a) {}, *generator(a) {}, async *asyncGenerator(a) {},
  [key](a) {}, 'in quotes'(a) {}, 1() {}, property: (a) => a, [key + 1]: async () => {},
  get value() { return 1; }, set value(a) {}, get() {}, async() {}, static() {},
};
for (const [name, { value, get, set }] of Object.entries(Object.getOwnPropertyDescriptors(literal)))
  for (const fn of [value, get, set]) if (fn) put('literal ' + name, fn);
class Shape extends Base {
  #hidden(a) { return () => a; }
  field = (a) => a;
  static made = function () {};
  constructor(a) { super(); put('private', this.#hidden); put('inside of private', this.#hidden(1)); }
  static { put('in a static block', () => {}); }
  static async *iterate() {}
  get size() { return 1; }
  [key + 2]() {}
}
const shape = new Shape();
put('constructor', Shape); put('implicit constructor', Base); put('field', shape.field); put('static', Shape.made);
put('static generator', Shape.iterate); put('computed method', shape.computed2);
put('getter', Object.getOwnPropertyDescriptor(Shape.prototype, 'size').get);
put('class expression', class {}); put('named class expression', class Named extends Base { a = 1 });
`;

/** Vitest would change a file that is imported. */
const require = createRequire(import.meta.url);

describe('functions are found where V8 says that they start', () => {
  it.each([
    ['as modules', 'functions.mjs', SOURCE],
    ['with lines that end by \\r\\n', 'crlf.mjs', SOURCE.replaceAll('\n', '\r\n')],
    ['in one line', 'line.mjs', SOURCE.replaceAll('\n', ' ')],
    ['below a line for the shell', 'shebang.mjs', `#!/usr/bin/env node${SOURCE}`],
    [
      'as CommonJS',
      'functions.cjs',
      SOURCE.replace('export const all = [];', 'const all = exports.all = [];'),
    ],
    [
      'with other separators of lines',
      'separators.mjs',
      SOURCE.replaceAll('class ', '/* \u2028 \u2029 */ class '),
    ],
  ])('%s', (_title, name, source) => {
    const folder = appFolder({});
    writeFileSync(join(folder, name), source);
    const { all } = require(join(folder, name)) as { all: [string, unknown][] };
    const outline = new ScriptOutline(source, parseSource(source));
    const found = all.map(([title, fn]) => [title, outline.at(locate(fn))] as const);
    expect(all).toHaveLength(35);
    expect(found.filter(([, index]) => index < 0)).toEqual([]);
    expect(new Set(found.map(([, index]) => index)).size).toBe(found.length);
  });
});
