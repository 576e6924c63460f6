import { describe, expect, it } from 'vitest';
import { Scripts } from '../../src/frames/scripts.ts';

const SMALL = 'function first() {}\nfunction second() {}\n';
/** Some 20,000 tokens. */
const LARGE = 'function next(a) { return a + 1; }\n'.repeat(1700);

/** Files whose parser finds at each look at the clock that `lookMs` have passed. */
function setUp({ maxPauseMs = 300, lookMs = 0, readMs = 0 } = {}) {
  let nowMs = 0;
  const sources = new Map([
    ['/app/small.js', SMALL],
    ['/app/large.js', LARGE],
  ]);
  const scripts = new Scripts(
    {
      cwd: '/app',
      readSource: (path) => {
        nowMs += readMs;
        return sources.get(path) ?? null;
      },
      readMap: () => null,
      now: () => {
        nowMs += lookMs;
        return nowMs;
      },
    },
    maxPauseMs,
  );
  return { scripts, passed: () => nowMs, sources };
}

describe('a source file', () => {
  it('is parsed where that is done in time', () => {
    const { scripts } = setUp({ lookMs: 1 });
    expect(scripts.outline('/app/large.js')?.count).toBe(1700);
    expect(scripts.takeUnparsed()).toEqual([]);
  });

  it('is given up in the middle where it would stop the program for longer than maxPause, with time left for what is made of it', () => {
    const { scripts, passed } = setUp({ maxPauseMs: 300, lookMs: 20 });
    expect(scripts.outline('/app/large.js')).toBeNull();
    expect(passed()).toBeGreaterThan(150);
    expect(passed()).toBeLessThan(240);
  });

  it('has less time for the parser where reading it took long', () => {
    const { scripts, passed } = setUp({ maxPauseMs: 300, lookMs: 20, readMs: 150 });
    expect(scripts.outline('/app/large.js')).toBeNull();
    expect(passed()).toBeLessThan(240);
  });

  it('is not begun where it is so large that no machine would be done in time', () => {
    const { scripts, passed } = setUp({ maxPauseMs: 3, lookMs: 1 });
    expect(LARGE.length).toBeGreaterThan(3 * 15_000);
    expect(scripts.outline('/app/large.js')).toBeNull();
    expect(passed()).toBeLessThan(2);
    expect(scripts.outline('/app/small.js')?.count).toBe(2);
  });

  it('that takes too long is told once, and asked for no second time', () => {
    const { scripts, passed } = setUp({ maxPauseMs: 100, lookMs: 20 });
    scripts.outline('/app/large.js');
    scripts.outline('/app/small.js');
    scripts.outline('/app/missing.js');
    const after = passed();
    expect(scripts.outline('/app/large.js')).toBeNull();
    expect(passed()).toBe(after);
    expect(scripts.takeUnparsed()).toEqual(['/app/large.js']);
    expect(scripts.takeUnparsed()).toEqual([]);
  });

  it('that takes too long is told for twenty files at most', () => {
    const { scripts, sources } = setUp({ maxPauseMs: 3 });
    for (let file = 0; file < 30; file++) {
      sources.set(`/app/${file}.js`, LARGE);
      scripts.outline(`/app/${file}.js`);
    }
    expect(scripts.takeUnparsed()).toHaveLength(20);
  });
});
