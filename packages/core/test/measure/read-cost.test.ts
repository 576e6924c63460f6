import { describe, expect, it } from 'vitest';
import { readChargeMs } from '../../src/measure/read-cost.ts';
import { FakeRuntime } from '../fake-runtime.ts';

const floor = (forced: boolean) => new FakeRuntime().reading(forced);

describe('what a read is charged', () => {
  it('is half a second at least where it forced a GC: the requests after it pay for it', () => {
    expect(readChargeMs({ floor: floor(true), pauseMs: 5 })).toBe(500);
    expect(readChargeMs({ floor: floor(true), pauseMs: 50 })).toBe(500);
  });

  it('is ten times its pause where that is more', () => {
    expect(readChargeMs({ floor: floor(true), pauseMs: 200 })).toBe(2000);
  });

  it('is what it took where it forced none', () => {
    expect(readChargeMs({ floor: floor(false), pauseMs: 3 })).toBe(3);
  });
});
