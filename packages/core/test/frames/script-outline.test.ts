import { describe, expect, it } from 'vitest';
import { OutOfTime, parseSource } from '../../src/frames/outline-parser.ts';
import { ScriptOutline } from '../../src/frames/script-outline.ts';

function outlineOf(source: string) {
  const outline = new ScriptOutline(source, parseSource(source));
  const name = (index: number) => {
    if (index < 0) return 'top level';
    const range = outline.nameRange(index);
    return range === null ? source.slice(...outline.range(index)) : source.slice(...range);
  };
  const all = Array.from({ length: outline.count }, (_, index) => index);
  const index = (text: string) => all.find((each) => name(each).includes(text))!;
  return { outline, name, all, index };
}

describe('the outline of a script', () => {
  it('tells which function lies in which, classes left out', () => {
    const { outline, name, index } = outlineOf(`
      export function outer(a = () => 'in a default') {
        const inner = function () { return () => 'innermost'; };
      }
      export default class Repository { find = () => { return () => 'in a field'; }; load() { this.find(); } }
    `);
    const parent = (text: string) => name(outline.parent(index(text)));
    expect(parent("'in a default'")).toBe('outer');
    expect(parent("'innermost'")).toBe('inner');
    expect(parent('inner')).toBe('outer');
    expect(parent("'in a field'")).toBe('find');
    expect(parent('load')).toBe('top level');
  });

  it('takes callbacks without a name for parts of the function around them', () => {
    const parts = (source: string) => {
      const { outline, all, name } = outlineOf(source);
      return all.filter((index) => outline.isPart(index)).map(name);
    };
    expect(parts('load().then((a) => a, function () {})')).toEqual(['(a) => a', 'function () {}']);
    expect(parts('new Promise((done) => done())')).toEqual(['(done) => done()']);
    expect(parts('(async () => {})()')).toEqual(['async () => {}']);
    expect(parts('x.on("a", function heard() {}); const f = () => {}; return () => 1')).toEqual([]);
  });

  it('takes what is handed to a router for itself, also through wrappers', () => {
    const parts = (source: string) => outlineOf(`function routes(app) { ${source} }`).outline;
    for (const source of [
      'app.get("/a", (req, res) => res.end())',
      'api.post(PATH, [check, async (req, res) => {}])',
      'x.get("/a", wrap(async () => {}))',
      'x.use(async (ctx, next) => {})',
      'x.all(/a/, trace(wrap(() => {})))',
    ]) {
      const outline = parts(source);
      for (let index = 0; index < outline.count; index++) expect(outline.isPart(index)).toBe(false);
    }
    expect(parts('cache.get(key, () => load())').isPart(1)).toBe(true);
  });

  it('knows no function at places where none starts: then another source runs', () => {
    const { outline } = outlineOf('const a = (b) => b;\nfunction c() {}');
    expect(outline.at({ line: 0, column: 10 })).toBe(0);
    expect(outline.at({ line: 1, column: 10 })).toBe(1);
    for (const at of [
      [0, 9],
      [1, 0],
      [7, 0],
      [-1, -1],
    ]) {
      expect(outline.at({ line: at[0]!, column: at[1]! })).toBe(-1);
    }
  });

  it('reads sloppy scripts, and gives up on what is no JavaScript', () => {
    expect(outlineOf('with (a) { b = function () {}; } return; var await = 010;').outline.count).toBe(1);
    expect(() => parseSource('const a: number = 1')).toThrow(SyntaxError);
  });

  it('ends when the time is over', () => {
    const source = 'f(() => 1);'.repeat(5000);
    expect(parseSource(source, () => false).functions).toHaveLength(5000);
    expect(() => parseSource(source, () => true)).toThrow(OutOfTime);
  });

  it('keeps numbers only: some fifty bytes per function of a file of ordinary lines', () => {
    const { outline } = outlineOf('function f() {\n  return () => 1;\n}\n'.repeat(1000));
    expect(outline.count).toBe(2000);
    expect(outline.bytes / outline.count).toBeLessThan(60);
  });
});
