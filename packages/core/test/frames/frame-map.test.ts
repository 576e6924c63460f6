import { describe, expect, it } from 'vitest';
import { FrameMap } from '../../src/frames/frame-map.ts';
import { parseSource } from '../../src/frames/outline-parser.ts';
import { ScriptOutline } from '../../src/frames/script-outline.ts';
import type { ProfiledFunction } from '../../src/internal-types.ts';

/** A frame map over files that exist only here, and their functions by name. */
function mapOf(files: Record<string, string>, cwd = '/app') {
  const reads: string[] = [];
  const frames = new FrameMap({
    cwd,
    readSource: (path) => {
      reads.push(path);
      return files[path] ?? null;
    },
    readMap: () => null,
    now: () => 0,
  });
  const scripts = Object.keys(files);
  /** As a profile has it: `name` as V8 would infer it. */
  const fn = (path: string, text: string): ProfiledFunction => {
    const source = files[path]!;
    const outline = new ScriptOutline(source, parseSource(source));
    const all = Array.from({ length: outline.count }, (_, index) => index);
    const named = (index: number) => {
      const range = outline.nameRange(index);
      return range === null ? '' : source.slice(...range);
    };
    const index =
      all.find((at) => named(at) === text) ??
      all.findLast((at) => source.slice(...outline.range(at)).includes(text))!;
    const scriptId = scripts.indexOf(path) + 100;
    return { name: named(index), scriptId, url: `file://${path}`, ...outline.position(index) };
  };
  return { frames, fn, reads };
}

const node = (url: string, name = 'run', line = 1): ProfiledFunction => ({
  name,
  scriptId: url.length,
  url,
  line,
  column: 1,
});
const native = (name: string): ProfiledFunction => ({ name, scriptId: 0, url: '', line: -1, column: -1 });

const ROUTER = '/app/node_modules/router/index.js';
const ROUTE = '/app/node_modules/router/lib/route.js';
const FILES = {
  '/app/node_modules/router/package.json': '{ "name": "router", "version": "2.2.0" }',
  [ROUTER]: 'function next() {} function handle() {}',
  [ROUTE]: 'function dispatch() {}',
  '/app/node_modules/keyv/package.json': '{ "name": "keyv", "version": "5.5.0" }',
  '/app/node_modules/keyv/index.js':
    'class Keyv { set(k) { return Promise.resolve().then(() => { write(k); }); } }\nfunction write() {}',
  '/app/node_modules/cls/package.json': '{ "name": "dd-trace", "version": "5.0.0" }',
  '/app/node_modules/cls/index.js': 'function traced() {}',
  '/app/src/app.js': `
    function handlerA() { later.then(() => { row('in a'); }); }
    function handlerB() {}
    function auth() {}
    function helper() {}
    function shared() {}
    function tenant() { return wait().then(() => { row('in tenant'); }); }
    const make = () => () => 'made';
    const wrap = fn => (req, res) => { log(); return fn(req, res).catch(next); };
    function wrapOld(handler) { return function () { return handler.apply(this, arguments); }; }
  `,
};
const APP = '/app/src/app.js';

describe('whose a stack is', () => {
  it('is what all handlers on it serve, where several do', () => {
    const { frames, fn } = mapOf(FILES);
    frames.register(0, [fn(APP, 'auth'), fn(APP, 'handlerA')]);
    frames.register(1, [fn(APP, 'auth'), fn(APP, 'handlerB')]);
    const next = fn(ROUTER, 'next');
    expect(frames.place([fn(APP, 'helper'), fn(APP, 'auth'), next])).toMatchObject({ slots: [0, 1] });
    expect(frames.place([fn(APP, 'helper'), fn(APP, 'handlerB'), next, fn(APP, 'auth')])).toMatchObject({
      role: 'handler',
      slots: [1],
    });
    expect(frames.place([fn(APP, 'auth'), next, fn(APP, 'handlerA')])).toMatchObject({ slots: [0] });
  });

  it('is the innermost handler where one sends the request on to another', () => {
    const { frames, fn } = mapOf(FILES);
    frames.register(0, [fn(APP, 'handlerA')]);
    frames.register(1, [fn(APP, 'handlerB')]);
    const stack = [fn(APP, 'handlerB'), fn(ROUTER, 'next'), fn(APP, 'handlerA')];
    expect(frames.place(stack).slots).toEqual([1]);
  });

  it('is the handler that the code is written in, without any frame of it', () => {
    const { frames, fn } = mapOf(FILES);
    frames.register(3, [{ ...fn(APP, 'handlerA'), url: '' }]);
    const stack = [native('push'), fn(APP, "row('in a')"), node('node:internal/process/task_queues')];
    expect(frames.place(stack)).toMatchObject({ role: 'handler', slots: [3] });
    expect(frames.describe(stack).handler).toMatchObject({ function: 'handlerA' });
  });

  it('changes with the scopes: a slot that is forgotten is no answer any more', () => {
    const { frames, fn } = mapOf(FILES);
    frames.register(0, [fn(APP, 'handlerA')]);
    const below = [fn(APP, 'helper'), fn(APP, 'handlerA')];
    frames.learn([below]);
    const resumed = [fn(APP, 'helper'), node('node:internal/process/task_queues')];
    expect(frames.place(resumed)).toMatchObject({ role: 'learned', slots: [0] });
    expect(frames.place(below)).toMatchObject({ role: 'handler', slots: [0] });
    frames.forget(0);
    expect(frames.place(below)).toMatchObject({ role: 'unknown', slots: [] });
    expect(frames.place(resumed)).toMatchObject({ role: 'unknown', slots: [] });
    frames.register(0, [fn(APP, 'handlerB')]);
    expect(frames.place(resumed).slots).toEqual([]);
  });

  it('is every scope where a function is called from more than can be remembered', () => {
    const source = Array.from({ length: 80 }, (_, at) => `function handler${at}() {}`).join('\n');
    const { frames, fn } = mapOf({ ...FILES, '/app/src/many.js': source });
    const handlers = Array.from({ length: 80 }, (_, at) => fn('/app/src/many.js', `handler${at}`));
    for (const [slot, handler] of handlers.entries()) frames.register(slot, [handler]);
    frames.learn(handlers.map((handler) => [fn(APP, 'shared'), handler]));
    const { role, slots } = frames.place([fn(APP, 'shared')]);
    expect(role).toBe('learned');
    expect(slots).toHaveLength(80);
  });

  it('is learned through callers of callers, in circles too', () => {
    const { frames, fn } = mapOf(FILES);
    frames.register(7, [fn(APP, 'handlerA')]);
    frames.learn([
      [fn(APP, 'auth'), fn(APP, 'helper')],
      [fn(APP, 'helper'), fn(APP, 'shared')],
      [fn(APP, 'shared'), fn(APP, 'auth')],
      [fn(APP, 'shared'), fn(APP, 'handlerA')],
    ]);
    expect(frames.place([fn(APP, 'auth')])).toMatchObject({ role: 'learned', slots: [7] });
  });

  it('is a middleware that a dispatcher called, also after its own await', () => {
    const { frames, fn } = mapOf(FILES);
    frames.register(0, [fn(APP, 'handlerA')]);
    const [tenant, next] = [fn(APP, 'tenant'), fn(ROUTER, 'next')];
    frames.learn([
      [fn(APP, 'handlerA'), next, tenant, next],
      [tenant, next],
    ]);
    expect(frames.place([fn(APP, 'helper'), tenant, next])).toMatchObject({ role: 'middleware', slots: [0] });
    const resumed = [fn(APP, "row('in tenant')")];
    expect(frames.place(resumed)).toMatchObject({ role: 'middleware', slots: [0] });
    expect(frames.describe(resumed)).toMatchObject({ kind: 'middleware', handler: { function: 'tenant' } });
    expect(frames.describe(resumed).entry).toMatchObject({ function: 'tenant' });
  });

  it('is unknown where a route called it that nobody registered', () => {
    const { frames, fn } = mapOf(FILES);
    const stack = [
      fn(APP, 'helper'),
      fn(APP, 'handlerA'),
      fn(ROUTER, 'handle'),
      fn(ROUTE, 'dispatch'),
      fn(ROUTER, 'next'),
    ];
    frames.learn([stack]);
    expect(frames.place(stack)).toMatchObject({ role: 'unknown', slots: [] });
    expect(frames.place([fn(APP, 'handlerA')])).toMatchObject({ role: 'unknown', slots: [] });
  });

  it('is no middleware for what the router itself allocates below one', () => {
    const { frames, fn } = mapOf(FILES);
    const next = fn(ROUTER, 'next');
    expect(frames.place([native('slice'), next, fn(APP, 'tenant'), next]).role).toBe('requests');
  });

  it('is the requests where Node carries one, and unknown where it does something else', () => {
    const { frames } = mapOf(FILES);
    const parser = node('node:_http_server', 'parserOnIncoming');
    expect(frames.place([node('node:events'), parser])).toMatchObject({ role: 'requests', slots: [] });
    expect(frames.place([node('node:internal/timers')]).role).toBe('unknown');
    expect(frames.place([native('(V8 API)')]).role).toBe('unknown');
    expect(frames.place([]).role).toBe('unknown');
    expect(frames.place([parser]).site).toBe(frames.place([node('node:net', 'onconnection')]).site);
    expect(frames.describe([])).toMatchObject({ allocating: { function: '(anonymous)' }, handler: null });
  });

  it('is not told by a router that was registered as a handler', () => {
    const { frames, fn } = mapOf(FILES);
    const next = fn(ROUTER, 'next');
    frames.register(0, [{ ...next, url: '' }]);
    frames.register(1, [fn(APP, 'handlerA')]);
    expect(frames.place([fn(APP, 'handlerA'), next])).toMatchObject({ role: 'handler', slots: [1] });
    expect(frames.place([next]).role).toBe('requests');
  });
});

describe('the handler to print', () => {
  it.each(['fn(req, res)', 'handler.apply'])('below a wrapper that calls %s is what it called', (wrapper) => {
    const { frames, fn } = mapOf(FILES);
    for (const slot of [0, 1]) frames.register(slot, [fn(APP, wrapper)]);
    const stack = [fn(APP, 'helper'), fn(APP, 'handlerA'), fn(APP, wrapper), fn(ROUTER, 'next')];
    expect(frames.place(stack)).toMatchObject({ role: 'handler', slots: [0, 1] });
    expect(frames.describe(stack).handler).toMatchObject({ function: 'handlerA' });
  });

  it('is the one that a factory made, where it calls nothing that it was given', () => {
    const { frames, fn } = mapOf(FILES);
    for (const slot of [0, 1]) frames.register(slot, [fn(APP, "'made'")]);
    const stack = [fn(APP, 'helper'), fn(APP, "'made'"), fn(ROUTER, 'next')];
    expect(frames.describe(stack).handler).toMatchObject({ function: '(anonymous)' });
  });
});

describe('the function to blame', () => {
  it("is the package's that was called, with its callback counted as it", () => {
    const { frames, fn } = mapOf(FILES);
    const keyv = '/app/node_modules/keyv/index.js';
    const called = [fn(keyv, 'write'), fn(keyv, 'set'), fn(APP, 'helper'), fn(APP, 'handlerA')];
    const resumed = [fn(keyv, 'write'), fn(keyv, '() => {')];
    expect(frames.place(called).site).toBe(frames.place([fn(keyv, 'set')]).site);
    expect(frames.place(resumed).site).toBe(frames.place(called).site);
    expect(frames.describe(resumed)).toMatchObject({
      entry: { function: 'set', package: 'keyv@5.5.0', file: 'node_modules/keyv/index.js', line: 1 },
      allocating: { function: 'write', package: 'keyv@5.5.0', line: 2 },
    });
  });

  it('is not a tracing library around it, unless there is nothing else', () => {
    const { frames, fn } = mapOf(FILES);
    const traced = fn('/app/node_modules/cls/index.js', 'traced');
    const stack = [fn(APP, 'helper'), traced, fn(APP, 'handlerA')];
    frames.register(0, [fn(APP, 'handlerA')]);
    expect(frames.describe(stack).entry).toMatchObject({ function: 'helper' });
    expect(frames.describe([traced, fn(APP, 'handlerA')]).entry).toMatchObject({ package: 'dd-trace@5.0.0' });
  });

  it('is the handler where nothing was called by it', () => {
    const { frames, fn } = mapOf(FILES);
    frames.register(0, [fn(APP, 'handlerA')]);
    const { entry, allocating, handler } = frames.describe([
      native('push'),
      fn(APP, 'handlerA'),
      fn(ROUTER, 'next'),
    ]);
    expect([entry, allocating, handler].map((frame) => frame?.function)).toEqual(Array(3).fill('handlerA'));
  });

  it('has the same key in every map of the process', () => {
    const stack = [mapOf(FILES).fn(APP, 'helper')];
    expect(mapOf(FILES).frames.place(stack).site).toBe(mapOf(FILES).frames.place(stack).site);
  });
});

describe('a frame', () => {
  it.each([
    [node('node:fs', 'readFile', 9), { function: 'readFile', file: 'node:fs', line: 10, column: 2 }],
    [node('', 'evaluated', 2), { function: 'evaluated', file: '(evaluated code)', line: 3 }],
    [node('evalmachine.<anonymous>', ''), { function: '(anonymous)', file: 'evalmachine.<anonymous>' }],
    [node('data:text/javascript,export default 1', 'd'), { file: 'data:' }],
    [native('push'), { function: 'push', file: '', line: 0, column: 0 }],
    [node('/elsewhere/x.cjs', 'f'), { file: '/elsewhere/x.cjs' }],
    [node('file:///app/src/gone.js', 'f'), { file: 'src/gone.js' }],
  ])('of %j is %j', (profiled, frame) => {
    expect(mapOf(FILES).frames.frame(profiled)).toMatchObject(frame);
  });

  it('of Windows is told by its path below the working directory, with its package', () => {
    const files = {
      'C:/shop/node_modules/keyv/package.json': '{ "name": "keyv", "version": "5.5.0" }',
      'C:/shop/node_modules/keyv/index.js': 'function set() {}',
    };
    const { frames } = mapOf(files, 'c:/shop');
    const at = { name: 'set', scriptId: 5, line: 0, column: 12 };
    const frame = { file: 'node_modules/keyv/index.js', package: 'keyv@5.5.0' };
    expect(frames.frame({ ...at, url: 'file:///C:/shop/node_modules/keyv/index.js' })).toMatchObject(frame);
    const required = { ...at, scriptId: 6, url: 'C:\\shop\\node_modules\\keyv\\index.js' };
    expect(frames.frame(required)).toMatchObject(frame);
  });

  it('has its package only where that is installed: the app is no package of its own', () => {
    const files = { ...FILES, '/app/package.json': '{ "name": "shop", "version": "1.0.0" }' };
    const { frames, fn } = mapOf(files);
    expect(frames.frame(fn(APP, 'helper'))).not.toHaveProperty('package');
  });
});

it('takes what two routes wrap to be the handler of both, once the source of the wrapper is known', () => {
  const { frames, fn } = mapOf(FILES);
  const wrapper = { ...fn(APP, '(req, res) => { log()'), name: '', url: '' };
  const captured = [{ ...fn(APP, 'shared'), name: '', url: '', variable: 'fn', holder: wrapper }];
  for (const slot of [0, 1]) frames.register(slot, [{ ...wrapper, captured }]);
  const stack = [fn(APP, 'shared')];
  expect(frames.place(stack)).toMatchObject({ slots: [] });
  frames.learn([stack]);
  expect(frames.place(stack)).toMatchObject({ role: 'handler', slots: [0, 1] });
});

describe('what leakguard allocates for itself', () => {
  const own = { name: '@leakguard/core', version: '1.0.0' };
  const files = {
    '/repo/core/package.json': JSON.stringify(own),
    '/repo/core/src/guard.ts': 'function report() {}',
    '/repo/core/test/app.mjs': 'function handler() {}',
    '/app/node_modules/@leakguard/core/package.json': JSON.stringify(own),
    '/app/node_modules/@leakguard/core/dist/guard.js': 'function report() {}',
  };

  it('is told by what the packages run, installed or developed, whatever Node did for it', () => {
    const { frames, fn } = mapOf(files);
    const push = native('push');
    expect(frames.isOwn([push, fn('/repo/core/src/guard.ts', 'report')])).toBe(true);
    expect(frames.isOwn([push, fn('/app/node_modules/@leakguard/core/dist/guard.js', 'report')])).toBe(true);
  });

  it('is not what an app beside them allocates, that tests them', () => {
    const { frames, fn } = mapOf(files);
    const handler = fn('/repo/core/test/app.mjs', 'handler');
    frames.register(0, [handler]);
    expect(frames.isOwn([native('push'), handler])).toBe(false);
    expect(frames.place([handler, fn('/repo/core/src/guard.ts', 'report')])).toMatchObject({
      role: 'handler',
      slots: [0],
    });
  });
});

it('reads each file once, however many stacks there are', () => {
  const { frames, fn, reads } = mapOf(FILES);
  frames.register(0, [fn(APP, 'handlerA')]);
  const stacks = ['helper', 'shared', "row('in a')"].map((name) => [fn(APP, name)]);
  for (let read = 0; read < 3; read++) {
    frames.learn(stacks);
    for (const stack of stacks) frames.place([...stack]);
  }
  expect(reads.filter((path) => path === APP).length).toBeLessThanOrEqual(2);
});
