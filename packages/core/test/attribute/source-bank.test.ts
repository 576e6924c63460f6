import { describe, expect, it } from 'vitest';
import { analyseSources } from '../../src/attribute/single-source.ts';
import { SourceBank } from '../../src/attribute/source-bank.ts';
import { generatedRows } from './generated-rows.ts';

/** Bytes in the typed arrays that an object graph holds, each counted once. */
function typedArrayBytes(root: object): number {
  const bank = root as SourceBank;
  return bank.gains.reduce((sum, gain) => {
    const columns = [gain.square, gain.withValue, gain.withInFlight, gain.withTrend];
    // The innovation array is private and as long as the others.
    return sum + columns.reduce((bytes, array) => bytes + array.byteLength, 0) + gain.square.byteLength;
  }, 0);
}

describe('SourceBank', () => {
  it('keeps four signals of 500 scopes in less than 2 MB, a border and not a matrix', () => {
    const bank = new SourceBank({ saturating: true });
    const sources = new Float64Array(502);
    for (let row = 0; row < 3; row++) {
      sources.fill(row * 10);
      bank.push({ value: row, sources, inFlight: row, totalUnits: row * 5000 });
    }
    expect(4 * typedArrayBytes(bank)).toBeLessThan(2 * 1024 * 1024);
  });

  it('does work per row that grows with the number of sources and not with its square', () => {
    const reads = (size: number): number => {
      const bank = new SourceBank({ saturating: true });
      const zeros = new Float64Array(size);
      bank.push({ value: 0, sources: zeros, inFlight: 0, totalUnits: 0 });
      let count = 0;
      const counted = new Proxy(zeros, {
        get(target, key) {
          if (typeof key === 'string' && /^\d+$/.test(key)) count += 1;
          return Reflect.get(target, key);
        },
      });
      bank.push({ value: 1, sources: counted, inFlight: 1, totalUnits: 10 });
      expect(bank.gains[0]!.square.length).toBeLessThan(2 * Math.max(size, 32) * bank.columnsPerSource + 1);
      return count;
    };
    expect(reads(500)).toBe(10 * reads(50));
  });

  it('takes sources that appear later as if they had been zero before', () => {
    const rows = generatedRows({ seed: 5, rows: 60, sources: 40, bytes: (n) => 3000 * n[39]! });
    const [whole, late] = [new SourceBank({ saturating: true }), new SourceBank({ saturating: true })];
    const quiet = rows.map((row, k) => {
      const sources = row.sources.slice();
      for (let s = 30; s < 40; s++) sources[s] = k < 20 ? 0 : sources[s]! - rows[19]!.sources[s]!;
      return { ...row, sources };
    });
    for (const [k, row] of quiet.entries()) {
      whole.push(row);
      late.push({ ...row, sources: k < 20 ? row.sources.slice(0, 30) : row.sources });
    }
    expect(analyseSources(late)!.credible).toEqual(analyseSources(whole)!.credible);
  });

  it('lets old rows fade, so that weeks of calm do not hide a leak', () => {
    const bank = new SourceBank({ saturating: false });
    const sources = new Float64Array(1);
    for (let row = 0; row < 5000; row++) {
      sources[0]! += 1;
      bank.push({ value: row % 7, sources, inFlight: row % 5, totalUnits: row });
    }
    expect(bank.innovations).toBeLessThan(513);
  });
});
