import { describe, expect, it } from 'vitest';
import { settleBuffers } from '../../src/measure/buffer-settling.ts';
import type { BufferReading } from '../../src/measure/memory-reading.ts';

const MB = 1024 * 1024;
const megabytes = (arrayBuffers: number, external: number): BufferReading => ({
  arrayBuffersBytes: arrayBuffers * MB,
  externalBytes: external * MB,
});

function settling(readings: BufferReading[]) {
  const delivered: BufferReading[] = [];
  let waiting: (() => void) | null = null;
  let looks = 0;
  const end = settleBuffers(
    () => readings[Math.min(looks++, readings.length - 1)]!,
    (_delayMs, run) => {
      waiting = run;
      return () => {
        waiting = null;
      };
    },
    (lowest) => delivered.push(lowest),
  );
  const drain = (): void => {
    for (let run = waiting; run !== null; run = waiting) {
      waiting = null;
      run();
    }
  };
  return { delivered, end, drain, looks: () => looks, isWaiting: () => waiting !== null };
}

describe('settleBuffers', () => {
  it('delivers at once where there are hardly any Buffers', () => {
    const { delivered, isWaiting } = settling([megabytes(0.5, 2)]);
    expect(delivered).toEqual([megabytes(0.5, 2)]);
    expect(isWaiting()).toBe(false);
  });

  it('waits out the freeing of dead Buffers and keeps the lowest counts', () => {
    const { delivered, drain, looks } = settling([
      megabytes(93, 95),
      megabytes(54, 95),
      megabytes(34, 36),
      megabytes(40, 42),
      megabytes(45, 47),
    ]);
    drain();
    expect(looks()).toBe(5);
    expect(delivered).toEqual([megabytes(34, 36)]);
  });

  it('does not show freed Buffers as other external memory while V8 still counts them', () => {
    const { delivered, drain } = settling([megabytes(39, 100), megabytes(45, 47)]);
    drain();
    expect(delivered).toEqual([megabytes(39, 41)]);
  });

  it('delivers what it has when it is cut short, and never twice', () => {
    const { delivered, end, drain } = settling([megabytes(93, 95)]);
    end(true);
    end(true);
    drain();
    expect(delivered).toEqual([megabytes(93, 95)]);
  });

  it('delivers nothing when it is called off', () => {
    const { delivered, end, drain } = settling([megabytes(93, 95)]);
    end(false);
    end(true);
    drain();
    expect(delivered).toEqual([]);
  });
});
