import { expect, it } from 'vitest';
import { FloorChannel } from '../../src/decide/floor-channel.ts';
import { FIRST_SCOPE } from '../../src/measure/floor.ts';
import { generatedRows } from '../attribute/generated-rows.ts';
import { PROVE } from '../decide/isolate-simulation.ts';

// The regression also takes rows that isolates gave since then. The figures are from before that.
it('rows of one process are judged as before the regression knew isolates', () => {
  const floors = new FloorChannel(PROVE, 0);
  const bytes = (n: Float64Array): number => 8192 * n[0]! + 5000 * Math.min(n[3]!, 4000);
  for (const [k, row] of generatedRows({ seed: 5, rows: 240, bytes }).entries()) {
    const reading = { heapBytes: row.value, oldSpaceBytes: row.value * 0.9, externalBytes: 1e6 };
    floors.push(
      { ...reading, timeMs: 120_000 + k * 1000, arrayBuffersBytes: 0, forced: k % 2 === 0, pauseMs: 5 },
      { units: row.sources, totalUnits: row.totalUnits, inFlight: row.inFlight },
    );
  }
  const told = floors.growths().map(({ source, verdict, estimate, totalBytes, evidence, key }) => ({
    source: source - FIRST_SCOPE,
    verdict,
    key,
    figures: [estimate.bytesPerUnit, ...estimate.ci95, totalBytes, evidence].map((x) => x.toPrecision(8)),
  }));
  expect(told).toMatchInlineSnapshot(`
    [
      {
        "figures": [
          "8524.3733",
          "7383.8363",
          "8776.1136",
          "2.7366207e+8",
          "307.61512",
        ],
        "key": "heap/1",
        "source": 0,
        "verdict": "leaking",
      },
    ]
  `);
});
