import { describe, expect, it } from 'vitest';
import { isolateRowIn } from '../../src/adapter/isolate-row.ts';

const reading = {
  ...{ timeMs: 1, heapBytes: 2, oldSpaceBytes: 3, externalBytes: 4, arrayBuffersBytes: 5, pauseMs: 6 },
  forced: true,
};

describe('isolateRowIn', () => {
  it('gives the reading, and units by name', () => {
    const row = isolateRowIn({
      reading,
      counts: [
        ['send', 3],
        ['', 4],
      ],
    })!;
    expect(row.reading).toEqual(reading);
    expect([...row.counts]).toEqual([
      ['send', 3],
      ['', 4],
    ]);
  });

  it('keeps names of at most 256 characters, and adds up those that then are one', () => {
    const long = 'x'.repeat(256);
    const counts = [
      [long, 1],
      [`${long}a`, 2],
      [`${long}b`, 3],
    ];
    expect([...isolateRowIn({ reading, counts })!.counts]).toEqual([
      [long, 1],
      [`${'x'.repeat(255)}…`, 5],
    ]);
  });
});
