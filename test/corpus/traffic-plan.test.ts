import { expect, test } from 'vitest';
import { createTrafficPlan } from './traffic-plan.mjs';

const ROUTES = [
  { route: 'GET /a/:id', method: 'GET', path: '/a/{seq}', weight: 3 },
  {
    route: 'GET /b',
    method: 'GET',
    path: '/b',
    weight: 1,
    abort: { afterResponseBytes: 5 },
    headers: { 'x-key': 'k{int:1-9}' },
  },
  {
    route: 'POST /c',
    method: 'POST',
    path: '/c',
    weight: 1,
    json: { id: '{seq}', text: 'é{hex:8}' },
    statuses: [409],
  },
];

function take(count: number, options: Parameters<typeof createTrafficPlan>[1]) {
  const plan = createTrafficPlan(ROUTES, options);
  return Array.from({ length: count }, () => plan.next());
}

/** Share of the first route in each block of `size` units. */
function shares(units: ReturnType<typeof take>, size: number): number[] {
  return Array.from({ length: units.length / size }, (_unused, block) => {
    const part = units.slice(block * size, (block + 1) * size);
    return part.filter(({ route }) => route === 'GET /a/:id').length / size;
  });
}

test('the same seed gives the same requests, another seed gives others', () => {
  expect(take(2_000, { seed: 4 })).toEqual(take(2_000, { seed: 4 }));
  expect(take(2_000, { seed: 4 })).not.toEqual(take(2_000, { seed: 5 }));
});

test('the mix varies from one redraw to the next and is constant without sigma', () => {
  const varied = shares(take(14_000, { seed: 1 }), 700);
  const constant = shares(take(14_000, { seed: 1, sigma: 0 }), 700);
  expect(Math.max(...varied) - Math.min(...varied)).toBeGreaterThan(0.3);
  for (const share of constant) expect(share).toBeGreaterThan(0.5);
  for (const share of constant) expect(share).toBeLessThan(0.7);
});

test('a request carries its payload, its length in bytes, its headers and its abort', () => {
  const units = take(300, { seed: 2 });
  const post = units.find(({ route }) => route === 'POST /c');
  expect(post?.headers['content-type']).toBe('application/json');
  expect(post?.headers['content-length']).toBe(Buffer.byteLength(post?.payload ?? ''));
  expect(post?.statuses).toEqual([409]);
  expect(JSON.parse(post?.payload ?? '').text).toMatch(/^é[0-9a-f]{8}$/);
  const aborted = units.find(({ route }) => route === 'GET /b');
  expect(aborted).toMatchObject({ abortAfterBytes: 5, payload: null });
  expect(aborted?.headers['x-key']).toMatch(/^k[1-9]$/);
});

test('{seq} counts on from seqFrom, so that a second plan brings new keys', () => {
  const [first] = take(50, { seed: 3, seqFrom: 1_000 }).filter(({ route }) => route === 'GET /a/:id');
  expect(Number(first?.path.slice(3))).toBeGreaterThan(1_000);
});
