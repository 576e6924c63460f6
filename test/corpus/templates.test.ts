import { expect, test } from 'vitest';
import { seededRandom } from './random.mjs';
import { fillTemplate } from './templates.mjs';

function source(seed = 1) {
  let seq = 0;
  return { random: seededRandom(seed), nextSeq: () => ++seq };
}

test('{seq} rises with every use, also within one template', () => {
  const shared = source();
  expect(fillTemplate('/a/{seq}?n={seq}', shared)).toBe('/a/1?n=2');
  expect(fillTemplate('{seq}', shared)).toBe('3');
});

test('{int:a-b} takes both ends and nothing outside', () => {
  const shared = source();
  const seen = new Set(Array.from({ length: 200 }, () => fillTemplate('{int:3-6}', shared)));
  expect([...seen].sort()).toEqual(['3', '4', '5', '6']);
});

test('{hex:n} has exactly n hexadecimal digits, also when n is large', () => {
  for (const digits of [1, 6, 7, 8, 900]) {
    expect(fillTemplate(`{hex:${digits}}`, source(digits))).toMatch(new RegExp(`^[0-9a-f]{${digits}}$`));
  }
});

test('{pick:..} takes each of its choices, spaces and all', () => {
  const shared = source();
  const seen = new Set(Array.from({ length: 100 }, () => fillTemplate('{pick:DE|new york|CZ}', shared)));
  expect([...seen].sort()).toEqual(['CZ', 'DE', 'new york']);
});

test('text without placeholders and unknown placeholders stay as they are', () => {
  expect(fillTemplate('/plain/{id}/{int:x-2}', source())).toBe('/plain/{id}/{int:x-2}');
});

test('the same seed gives the same text', () => {
  expect(fillTemplate('{hex:40}{int:1-99999}', source(7))).toBe(
    fillTemplate('{hex:40}{int:1-99999}', source(7)),
  );
});
