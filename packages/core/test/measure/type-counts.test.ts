import { expect, it } from 'vitest';
import { TypeCounts } from '../../src/measure/type-counts.ts';

const made = (): (new () => object) => {
  class Job {}
  return Job;
};

it('tells classes of one name apart, the same way in every count', () => {
  const [First, Second] = [made(), made()];
  const counts = new TypeCounts();
  const [a, b] = [[new First()], [new Second(), new Second()]];
  expect(counts.count([...a, ...b])).toEqual(
    new Map([
      ['Job', 1],
      ['Job#2', 2],
    ]),
  );
  expect(counts.count([...b, ...a, ...a])).toEqual(
    new Map([
      ['Job#2', 2],
      ['Job', 2],
    ]),
  );
});

it('counts a class that is made anew each time under five names, however many there are', () => {
  const counts = new TypeCounts();
  const objects = Array.from({ length: 100 }, () => new (made())());
  expect([...counts.count(objects)]).toEqual([
    ...[
      ['Job', 1],
      ['Job#2', 1],
      ['Job#3', 1],
      ['Job#4', 1],
    ],
    ['Job#5+', 96],
  ]);
});

it('counts instances, and those that inherit without a constructor, as one type', () => {
  const Job = made();
  const counts = new TypeCounts();
  expect(counts.count([new Job(), Object.create(new Job()) as object])).toEqual(new Map([['Job', 2]]));
});

it('keeps a thousand types, the most frequent ones', () => {
  const counts = new TypeCounts();
  const classes = Array.from({ length: 1200 }, (_, k) => ({ [`C${k}`]: class {} })[`C${k}`]!);
  const often = Array.from({ length: 3 }, () => new classes[1199]!());
  const count = counts.count([...classes.map((Class) => new Class()), ...often]);
  expect(count.size).toBe(1001);
  expect(count.get('C1199')).toBe(4);
  expect(count.get('(other types)')).toBe(200);
});

it('counts objects without a prototype', () => {
  expect(new TypeCounts().count([Object.create(null)])).toEqual(new Map([['(null prototype)', 1]]));
});
