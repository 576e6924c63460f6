import type { Frame, SiteReport } from '@leakguard/core';
import { expect, test } from 'vitest';
import { judgeSites, type PlantedPlace, sitesText } from '../src/judge-sites.ts';

function frame(name: string, file: string, line = 1): Frame {
  return { function: name, file, line, column: 1 };
}

function site(frames: Pick<SiteReport, 'allocating' | 'entry' | 'handler'>): SiteReport {
  return { kind: 'function', share: 1, samples: 40, lines: [], ...frames };
}

const open = frame('openSession', 'app/src/routes/cart.ts', 31);
const handler = frame('(anonymous)', 'app/src/routes/cart.ts', 21);
const send = frame('send', 'node_modules/express/lib/response.js', 126);
const planted: PlantedPlace[] = [{ scope: 'GET /cart', file: 'routes/cart.ts', function: 'openSession' }];

function judged(named: SiteReport | null, places = planted) {
  return judgeSites({ scopes: [{ scope: 'GET /cart', site: named }] }, places);
}

test('passes where the allocating, the entered or the handling function is the planted one', () => {
  for (const frames of [
    { allocating: open, entry: send, handler: null },
    { allocating: send, entry: open, handler: null },
    { allocating: send, entry: send, handler: open },
  ])
    expect(judged(site(frames))).toEqual([{ scope: 'GET /cart', named: open, passed: true }]);
});

test('fails where it is another function, also one of the same file', () => {
  const other = site({ allocating: send, entry: handler, handler });
  expect(judged(other)).toEqual([{ scope: 'GET /cart', named: send, passed: false }]);
});

test('takes any function of the file where none is planted by name', () => {
  const other = site({ allocating: send, entry: handler, handler });
  expect(judged(other, [{ scope: 'GET /cart', file: 'routes/cart.ts' }])).toMatchObject([{ passed: true }]);
});

test('fails where none is named, except for what is kept off the heap', () => {
  expect(judged(null)).toEqual([{ scope: 'GET /cart', named: null, passed: false }]);
  expect(judged(null, [{ ...planted[0]!, isOffHeap: true }])).toMatchObject([{ passed: true }]);
  expect(judgeSites({ scopes: [] }, planted)).toMatchObject([{ passed: false }]);
});

test('the text has a line for every place', () => {
  const wrong = judged(site({ allocating: send, entry: send, handler: null }));
  const right = judged(site({ allocating: open, entry: open, handler }));
  expect(sitesText([...right, ...wrong, ...judged(null)])).toBe(
    [
      '  its function           GET /cart: openSession  app/src/routes/cart.ts:31',
      '  NOT its function       GET /cart: send  node_modules/express/lib/response.js:126',
      '  NOT its function       GET /cart: none named',
    ].join('\n'),
  );
});
