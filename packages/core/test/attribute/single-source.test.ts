import jStat from 'jstat';
import { describe, expect, it, vi } from 'vitest';
import {
  analyseSources,
  EVIDENCE_THRESHOLD,
  type SourceAnalysis,
} from '../../src/attribute/single-source.ts';
import { SourceBank } from '../../src/attribute/source-bank.ts';
import { type GeneratedRow, generatedRows } from './generated-rows.ts';

function analyse(rows: readonly GeneratedRow[]): SourceAnalysis | null {
  const bank = new SourceBank({ saturating: true });
  for (const row of rows) bank.push(row);
  return analyseSources(bank);
}

const SEEDS = Array.from({ length: 40 }, (_, i) => i + 1);

describe('analyseSources', () => {
  it('says nothing before ten innovations', () => {
    const rows = generatedRows({ seed: 1, rows: 10, bytes: (n) => 1e5 * n[0]! });
    expect(analyse(rows)).toBeNull();
    expect(analyse([...rows, ...generatedRows({ seed: 2, rows: 2, bytes: () => 9e9 })])).not.toBeNull();
  });

  it('gives no posterior for a signal that does not move', () => {
    const rows = generatedRows({ seed: 1, rows: 60, bytes: () => 0 }).map((row) => ({ ...row, value: 4096 }));
    expect(analyse(rows)).toBeNull();
  });

  it('names the leaking source with its bytes per unit', () => {
    const analysis = analyse(generatedRows({ seed: 3, rows: 80, bytes: (n) => 2048 * n[2]! }))!;
    expect(analysis.credible.map(({ source }) => source)).toEqual([2]);
    const { bytesPerUnit, ci95 } = analysis.estimate(2)!;
    expect(bytesPerUnit).toBeGreaterThan(1900);
    expect(bytesPerUnit).toBeLessThan(2200);
    expect(ci95[0]).toBeLessThan(2048);
    expect(ci95[1]).toBeGreaterThan(2048);
  });

  it('recovers a Buffer leak on an otherwise still signal to the byte', () => {
    const rows = generatedRows({
      seed: 4,
      rows: 60,
      whiteBytes: 0,
      walkBytes: 0,
      bytes: (n) => 2048 * n[5]!,
    });
    const quiet = rows.map((row) => ({ ...row, value: row.value - 9000 * row.inFlight }));
    const analysis = analyse(quiet)!;
    expect(analysis.credible[0]!.source).toBe(5);
    expect(analysis.estimate(5)!.bytesPerUnit).toBeCloseTo(2048, 0);
  });

  it('never finds growth on 40 seeds of noise, nor in a warm-up that slows down', () => {
    const calls = SEEDS.flatMap((seed) => [
      analyse(generatedRows({ seed, rows: 100, bytes: () => 0 })),
      analyse(
        generatedRows({
          seed,
          rows: 100,
          bytes: (n) => 6e5 * Math.log1p(n.reduce((a, b) => a + b, 0) / 500),
        }),
      ),
    ]).filter((analysis) => analysis!.growthEvidence > EVIDENCE_THRESHOLD);
    expect(calls.length).toBe(0);
  });

  it('calls a filling store growth but has no evidence that it leaks', () => {
    const evidence = SEEDS.map(
      (seed) =>
        analyse(generatedRows({ seed, rows: 100, bytes: (n) => 6e6 * (1 - Math.exp(-n[1]! / 1500)) }))!,
    );
    expect(evidence.filter((a) => a.growthEvidence > EVIDENCE_THRESHOLD).length).toBeGreaterThan(30);
    expect(evidence.filter((a) => a.leakEvidence > EVIDENCE_THRESHOLD).length).toBeLessThan(4);
  });

  it('keeps both of two sources that always come together in the set', () => {
    const twins = (n: Float64Array): Float64Array => Float64Array.from([...n, n[3]!]);
    const rows = generatedRows({ seed: 6, rows: 80, bytes: (n) => 4096 * n[3]! });
    const analysis = analyse(rows.map((row) => ({ ...row, sources: twins(row.sources) })))!;
    expect(analysis.credible.map(({ source }) => source).sort()).toEqual([3, 8]);
    for (const { probability } of analysis.credible) expect(probability).toBeCloseTo(0.5, 1);
  });

  it('does not blame a route for growth that follows time alone', () => {
    const withTime = (rows: GeneratedRow[]): GeneratedRow[] =>
      rows.map((row, k) => ({ ...row, sources: Float64Array.from([...row.sources, k]) }));
    const blamed = SEEDS.map((seed) => {
      const rows = generatedRows({ seed, rows: 100, bytes: (_, k) => 60_000 * k });
      return analyse(withTime(rows))!.credible[0]!.source;
    });
    expect(blamed.filter((source) => source === 8).length).toBeGreaterThan(34);
  });

  it('does the work that all sources share once, however many of the 500 are asked for', () => {
    const rows = generatedRows({
      seed: 8,
      rows: 15,
      sources: 500,
      unitsPerRow: 20_000,
      bytes: (n) => 500 * n[0]!,
    });
    const quantile = vi.spyOn(jStat.studentt, 'inv');
    const analysis = analyse(rows)!;
    const floor = { bytesPerUnit: 128, totalBytes: 1e6, amount: 1e4 };
    for (let source = 0; source < 500; source++) {
      analysis.estimate(source);
      analysis.minDetectable(source, floor);
    }
    expect(quantile.mock.calls.length).toBeLessThanOrEqual(1);
    quantile.mockRestore();
  });

  it('says that every request leaks, and names no route, where all of them do', () => {
    const rows = generatedRows({ seed: 9, rows: 120, bytes: (n) => 700 * n.reduce((a, b) => a + b, 0) });
    const withAll = rows.map((row) => ({
      ...row,
      sources: Float64Array.from([...row.sources, row.totalUnits]),
    }));
    expect(analyse(withAll)!.credible[0]!.source).toBe(8);
  });
});
