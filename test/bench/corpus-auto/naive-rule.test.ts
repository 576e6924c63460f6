import { describe, expect, test } from 'vitest';
import { accusedOf, NaiveHistory, NaiveRule } from '../../../bench/corpus-auto/naive-rule.mjs';

const average = (route: string, bytesPerUnit: number, units = 1000) => ({ route, units, bytesPerUnit });

describe('the naive rule', () => {
  test('averages what was charged per route, negative differences included', () => {
    const rule = new NaiveRule();
    for (const bytes of [4000, -1000, 3000]) rule.charge('GET /a', bytes);
    rule.charge('GET /b', -500);
    expect(rule.averages()).toEqual([average('GET /a', 2000, 3), average('GET /b', -500, 1)]);
  });

  test('accuses above 1 KB from 1,000 requests of the route on, the largest first', () => {
    const averages = [
      average('GET /exactly', 1024),
      average('GET /small', 1025),
      average('GET /rare', 90_000, 999),
      average('GET /negative', -90_000),
      average('GET /large', 5000),
    ];
    expect(accusedOf(averages).map(({ route }) => route)).toEqual(['GET /large', 'GET /small']);
  });
});

describe('the history of a naive rule', () => {
  test('keeps when a route was first accused, also when that was taken back, and who is at the end', () => {
    const history = new NaiveHistory<number>();
    history.look([average('GET /a', 2000), average('GET /b', 100)], 1);
    history.look([average('GET /a', 3000), average('GET /b', 9000)], 2);
    history.look([average('GET /a', 10), average('GET /b', 8000)], 3);
    expect(history.toJSON()).toEqual({
      first: { 'GET /a': 1, 'GET /b': 2 },
      atEnd: ['GET /b'],
      averages: [average('GET /a', 10), average('GET /b', 8000)],
    });
  });

  test('has accused nobody before its first look', () => {
    expect(new NaiveHistory<number>().toJSON()).toEqual({ first: {}, atEnd: [], averages: [] });
  });
});
