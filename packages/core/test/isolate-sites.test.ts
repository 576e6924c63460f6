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
    return path === '/app/orders.js' ? SOURCE : null;
  };
  const own = new IsolateSites({
    files: { cwd: '/app', readSource, readMap: () => null, now: () => 0 },
    nextTurn: (run) => void later.push(run),
    contained: (work) => work(),
  });
  const turn = (): void => {
    for (let run = later.shift(); run !== undefined; run = later.shift()) run();
  };
  return { own, read, turn, later };
}

describe('IsolateSites', () => {
  it('describes the function that allocated most of what stays, by sources of which it reads one per turn', () => {
    const { own, read, turn } = sites();
    own.push('mail', {}, told([REMEMBER, at('send', 1, 1, 'file:///app/other.js'), HANDLER]));
    expect(own.site('mail')).toBeNull();
    expect([read.includes('/app/orders.js'), read.includes('/app/other.js')]).toEqual([true, false]);
    turn();
    expect(read).toContain('/app/other.js');
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
});
