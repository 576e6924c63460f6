import { describe, expect, it } from 'vitest';
import { IsolateSites } from '../src/isolate-sites.ts';
import type { PlacedFunction, SurvivingStacks } from '../src/measure/surviving-stacks.ts';

const SOURCE = `const kept = new Map();
export default async function orders(job) {
  await remember(job);
}
function remember(job) {
  kept.set(job.id, { id: job.id });
}
`;
const EXPRESS = '/app/node_modules/express';
const FILES: Record<string, string> = {
  '/app/orders.js': SOURCE,
  [`${EXPRESS}/package.json`]: '{ "name": "express", "version": "5.1.0" }',
  [`${EXPRESS}/lib/response.js`]:
    'const sent = new Map();\nfunction json(body) { sent.set(body.id, body); }\n',
};
const URL_OF_APP = 'file:///app/orders.js';
const at = (name: string, line: number, column: number, url = URL_OF_APP): PlacedFunction => ({
  ...{ name, url, line, column },
});
const HANDLER = at('orders', 1, 36);
const REMEMBER = at('remember', 4, 17);

function told(frames: PlacedFunction[], bytes = 1000): SurvivingStacks {
  return { handler: HANDLER, bytes, stacks: [{ frames, bytes, samples: 10 }] };
}

/** Sites of isolates of an app with one file; `turn` runs what was put off. */
function sites() {
  const later: (() => void)[] = [];
  const read: string[] = [];
  const readSource = (path: string) => {
    read.push(path);
    return FILES[path] ?? null;
  };
  const own = new IsolateSites({
    files: { cwd: '/app', readSource, readMap: () => null, now: () => 0 },
    maxPauseMs: 300,
    nextTurn: (run) => void later.push(run),
    contained: (work) => work(),
  });
  const turn = (): void => {
    for (let run = later.shift(); run !== undefined; run = later.shift()) run();
  };
  return { own, read, turn, later };
}

describe('IsolateSites', () => {
  it('describes the function that allocated most of what stays, by sources that it reads a file per turn', () => {
    const { own, read, turn } = sites();
    const elsewhere = at('run', 1, 1, 'file:///app/elsewhere.js');
    own.push('mail', {}, told([REMEMBER, HANDLER, elsewhere]));
    expect(own.site('mail')).toBeNull();
    expect(read).not.toContain('/app/elsewhere.js');
    turn();
    expect(read).toContain('/app/elsewhere.js');
    expect(own.site('mail')).toMatchObject({
      ...{ kind: 'function', share: 1, samples: 10 },
      allocating: { function: 'remember', file: 'orders.js', line: 5, column: 18 },
      handler: { function: 'orders', line: 2 },
      lines: [{ line: 6, kind: 'keeps', container: 'a module-level Map' }],
    });
    expect(own.site('another')).toBeNull();
  });

  it('knows the handler also where it is on no stack, after an `await`', () => {
    const { own, turn } = sites();
    own.push('mail', {}, told([REMEMBER]));
    turn();
    expect(own.site('mail')).toMatchObject({
      allocating: { function: 'remember' },
      handler: { function: 'orders' },
    });
  });

  it('pools isolates of one kind, those that end while sources are read as well, and keeps the kinds apart', () => {
    const { own, turn } = sites();
    const isolates = [{}, {}, {}];
    for (const isolate of isolates) {
      own.push('mail', isolate, told([REMEMBER, HANDLER], 400));
      own.close('mail', isolate);
    }
    own.push('mail', {}, told([HANDLER], 1000));
    own.push('other', {}, told([HANDLER], 1e9));
    turn();
    expect(own.site('mail')).toMatchObject({ allocating: { function: 'remember' }, samples: 29 });
    expect(own.site('other')).toMatchObject({ allocating: { function: 'orders' }, share: 1 });
  });

  it('holds no more than some kinds, and lets nothing pile up that waits for sources', () => {
    const { own, turn, later } = sites();
    for (let k = 0; k < 1000; k++) own.push(`kind ${k}`, {}, told([at('f', 1, 1, `file:///app/${k}.js`)]));
    expect(later.length).toBe(1);
    turn();
    const known = Array.from({ length: 1000 }, (_, k) => own.site(`kind ${k}`)).filter(
      (site) => site !== null,
    );
    expect(known.length).toBeLessThanOrEqual(64);
    for (let k = 0; k < 200; k++) {
      own.push(`kind ${k}`, {}, told([REMEMBER, HANDLER]));
      turn();
    }
    expect(own.site('kind 199')).toMatchObject({ handler: { function: 'orders' } });
  });

  it('lets 64 wait for sources, passes over what comes then, and takes it when it is told again', () => {
    const { own, turn } = sites();
    const push = (kind: number): void =>
      own.push(`kind ${kind}`, {}, told([at('f', 1, 1, `file:///app/${kind}.js`)]));
    for (let kind = 0; kind <= 64; kind++) push(kind);
    turn();
    expect([own.site('kind 64'), own.site('kind 0')]).toEqual([null, expect.anything()]);
    push(64);
    turn();
    expect(own.site('kind 64')).not.toBeNull();
  });

  it('gives the place of the kind that was asked for least to one more', () => {
    const { own, turn } = sites();
    const push = (kind: number): void => {
      own.push(`kind ${kind}`, {}, told([REMEMBER, HANDLER]));
      turn();
    };
    for (let kind = 0; kind < 64; kind++) push(kind);
    expect(own.site('kind 0')).not.toBeNull();
    push(64);
    expect(own.site('kind 1')).toBeNull();
    for (const kind of [0, 2, 64]) expect(own.site(`kind ${kind}`)).not.toBeNull();
  });

  it('has the lines of the function that allocates, not of one of Node that starts at the same place', () => {
    const { own, turn } = sites();
    const inner = at('set', REMEMBER.line, REMEMBER.column, 'node:internal/util');
    own.push('mail', {}, told([inner, REMEMBER, HANDLER]));
    turn();
    expect(own.site('mail')).toMatchObject({ allocating: { function: 'remember' }, lines: [{ line: 6 }] });
  });

  it('keeps functions apart that start at the same place of two files', () => {
    const { own, turn } = sites();
    const stacks = ['a', 'b'].map((file, k) => ({
      ...{ frames: [at(file, 1, 1, `file:///app/${file}.js`)], bytes: 600 - 200 * k, samples: 10 },
    }));
    own.push('mail', {}, { handler: null, bytes: 1000, stacks });
    turn();
    expect(own.site('mail')).toMatchObject({ allocating: { function: 'a' }, share: 0.6 });
  });

  it('takes no function for a handler that was one of a kind that has left', () => {
    const { own, turn } = sites();
    const frames = [at('Map', 8, 1), REMEMBER, HANDLER];
    own.push('left', {}, { ...told(frames), handler: REMEMBER });
    own.push('mail', {}, told(frames));
    turn();
    expect(own.site('mail')?.handler?.function).toBe('remember');
    for (let kind = 0; kind < 63; kind++) {
      own.push(`kind ${kind}`, {}, told(frames));
      own.site('mail');
      turn();
    }
    expect(own.site('left')).toBeNull();
    expect(own.site('mail')?.handler?.function).toBe('orders');
  });

  it('remembers the handler where an isolate tells none', () => {
    const { own, turn } = sites();
    own.push('mail', {}, told([REMEMBER]));
    own.push('mail', {}, { ...told([REMEMBER]), handler: null });
    own.push('other', {}, { ...told([REMEMBER]), handler: null });
    turn();
    expect(own.site('mail')?.handler?.function).toBe('orders');
    expect(own.site('other')?.handler).toBeNull();
  });

  it('has the share of all that stays, also of what is not told, and no lines of what only a framework keeps', () => {
    const { own, turn } = sites();
    const json = at('json', 1, 13, `file://${EXPRESS}/lib/response.js`);
    const frames = [json, at('onIncoming', 9, 9, 'node:_http_server')];
    const stacks = [{ frames, bytes: 300, samples: 3 }];
    own.push('mail', {}, { handler: null, bytes: 1200, stacks });
    turn();
    expect(own.site('mail')).toMatchObject({ kind: 'requests', share: 0.25, samples: 3, lines: [] });
  });

  it('counts what an isolate tells last, and nothing that failed', () => {
    const { own, turn } = sites();
    const isolate = {};
    own.push('mail', isolate, told([REMEMBER, HANDLER]));
    own.push('mail', isolate, told([HANDLER], 10));
    turn();
    expect(own.site('mail')).toMatchObject({ allocating: { function: 'orders' }, share: 1 });
    own.close('never seen', isolate);
    turn();
    expect(own.site('never seen')).toBeNull();
  });
});
