import { describe, expect, it } from 'vitest';
import { FrameMap } from '../../src/frames/frame-map.ts';
import { parseSource } from '../../src/frames/outline-parser.ts';
import { ScriptOutline } from '../../src/frames/script-outline.ts';
import type { ProfiledFunction } from '../../src/internal-types.ts';

/**
 * Places a function that resumed, of which nothing was seen but that it runs, as the routes of these handlers. Names are
 * `file function`.
 */
function placed(files: Record<string, string>, handlers: string[], resumed: string) {
  const frames = new FrameMap({
    cwd: '/app',
    readSource: (path) => files[path.slice('/app/'.length)] ?? null,
    readMap: () => null,
    now: () => 0,
  });
  const paths = Object.keys(files);
  const fn = (text: string): ProfiledFunction => {
    const [file, name] = text.split(' ') as [string, string];
    const source = files[file]!;
    const outline = new ScriptOutline(source, parseSource(source));
    const named = (index: number) => {
      const range = outline.nameRange(index);
      return range !== null && source.slice(...range) === name;
    };
    const index = Array.from({ length: outline.count }, (_, at) => at).findLast(named)!;
    return {
      name,
      scriptId: paths.indexOf(file) + 10,
      url: `file:///app/${file}`,
      ...outline.position(index),
    };
  };
  for (const [slot, handler] of handlers.entries()) frames.register(slot, [{ ...fn(handler), url: '' }]);
  // Every file is seen once, somewhere.
  frames.learn([...handlers.map((handler) => [fn(handler)]), [fn(resumed)]]);
  frames.learn([]);
  return frames.place([fn(resumed)]);
}

describe('callers by the source', () => {
  it('are found through files that were on no stack', () => {
    const files = {
      'app.js': `import { OrderService } from './service'; export async function show() { await new OrderService().load(); }`,
      'service.js': `const repository = require('./orders/'); exports.OrderService = class { async load() { return (await repository.find()); } };`,
      'orders/index.js': `module.exports.find = async function find() { keep(); }; function keep() {}`,
    };
    expect(placed(files, ['app.js show'], 'orders/index.js keep')).toMatchObject({
      role: 'learned',
      slots: [0],
    });
  });

  it('are told apart by what their files import, where several functions have one name', () => {
    const files = {
      'app.js': `import * as users from './users.js'; import * as orders from './orders.js';
        export function showUser() { users.find(); } `,
      'other.js': `import { find } from './orders.js'; export const showOrder = async () => { await find(); };`,
      'users.js': 'export async function find() {}',
      'orders.js': 'export async function find() {}',
    };
    const handlers = ['app.js showUser', 'other.js showOrder'];
    expect(placed(files, handlers, 'users.js find').slots).toEqual([0]);
    // The first imports both, and may call either.
    expect(placed(files, handlers, 'orders.js find').slots).toEqual([0, 1]);
  });

  it('are found where one hands the function on by its name, and through a file that only exports again', () => {
    const files = {
      'app.js': `import { toRow } from './all.js'; export function list() { return rows().map(toRow); }`,
      'all.js': `export * from './rows.js'; export { other } from './other.js';`,
      'rows.js': 'export function toRow() {}',
      'other.js': 'export function toRow() {} export function other() {}',
    };
    expect(placed(files, ['app.js list'], 'rows.js toRow').slots).toEqual([0]);
  });

  it('need no import where the name is the only one: what was injected', () => {
    const files = {
      'app.js': 'export class Controller { async show() { await this.orders.findOrders(); } }',
      'orders.js': 'export class Orders { async findOrders() {} find() {} }',
      'more.js': 'export class More { find() {} }',
    };
    expect(placed(files, ['app.js show'], 'orders.js findOrders').slots).toEqual([0]);
    expect(placed(files, ['app.js show'], 'orders.js find')).toMatchObject({ role: 'unknown', slots: [] });
  });

  it('are not what merely runs when a file is loaded', () => {
    const files = { 'app.js': 'warmUp(); export function show() {} export async function warmUp() {}' };
    expect(placed(files, ['app.js show'], 'app.js warmUp').role).toBe('unknown');
  });
});
