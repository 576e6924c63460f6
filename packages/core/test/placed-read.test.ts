import { describe, expect, it } from 'vitest';
import type { SurvivalJudgement } from '../src/attribute/survival-judgement.ts';
import { FrameMap } from '../src/frames/frame-map.ts';
import type { ProfiledFunction } from '../src/internal-types.ts';
import { PlacedRead } from '../src/placed-read.ts';
import { ReadStacks } from '../src/read-stacks.ts';
import { FakeRuntime } from './fake-runtime.ts';
import {
  APP_FILES,
  appFunction,
  FRAMEWORK_FUNCTION,
  finished,
  NODE_FUNCTION,
  profileOf,
} from './sampled-functions.ts';

interface Part {
  frames: ProfiledFunction[];
  ordinals: number[];
  bytes?: number;
  /** What the reads before say of its function. */
  state?: 'quiet' | 'suspect' | 'growing' | 'leaking';
}

const IN_USERS = [appFunction('keepUser'), appFunction('users')];
const IN_ORDERS = [appFunction('keepOrder'), appFunction('orders')];
const NOWHERE = [appFunction('elsewhere')];
const REQUESTS = [NODE_FUNCTION];

const NAMES = new Map([
  [0, 'GET /users'],
  [1, 'GET /orders'],
]);
const nameOf = (slot: number): string | undefined => NAMES.get(slot);

/** A read with these samples, all of them gained. */
function placed(parts: readonly Part[]) {
  const frames = new FrameMap(APP_FILES);
  frames.register(0, [appFunction('users')]);
  frames.register(1, [appFunction('orders')]);
  const reading = { floor: new FakeRuntime().reading(true), pauseMs: 1, ...profileOf(parts) };
  const stacks = finished(ReadStacks.taking(reading, frames));
  frames.learn(stacks.stacks);
  const read = finished(PlacedRead.placing(stacks, { frames, nameOf }));
  const states = new Map(
    parts.map(({ ordinals, state = 'quiet' }) => [
      read.samples.find(({ ordinal }) => ordinal === ordinals[0])!.site,
      { state },
    ]),
  );
  const gained = read.samples.map((sample) => ({ ...sample, alive: true }));
  const judgement = { gained, sites: states } as unknown as SurvivalJudgement;
  return { read, judgement };
}

function functionOf(parts: readonly Part[], slot: number | null): string | undefined {
  const { read, judgement } = placed(parts);
  const site = read.site(judgement, slot);
  return site?.kind === 'requests' ? 'requests' : site?.allocating.function;
}

describe('the function that is blamed', () => {
  it('is the one that gained most bytes, not most samples', () => {
    const parts = [
      { frames: IN_USERS, ordinals: [1, 2, 3], bytes: 1000 },
      { frames: NOWHERE, ordinals: [4], bytes: 3001 },
    ];
    expect(functionOf(parts, null)).toBe('elsewhere');
    expect(functionOf([parts[0]!, { ...parts[1]!, bytes: 2999 }], null)).toBe('keepUser');
  });

  it('is one that grows by itself, however much others gained', () => {
    for (const state of ['growing', 'leaking'] as const) {
      const few = { frames: IN_USERS, ordinals: [1], state };
      const many = { frames: NOWHERE, ordinals: [2, 3, 4, 5] };
      expect(functionOf([few, many], null)).toBe('keepUser');
      expect(functionOf([few, { ...many, state: 'suspect' }], null)).toBe('keepUser');
      expect(functionOf([few, { ...many, state }], null)).toBe('elsewhere');
    }
    const suspect: Part = { frames: IN_USERS, ordinals: [1], state: 'suspect' };
    expect(functionOf([suspect, { frames: NOWHERE, ordinals: [2, 3] }], null)).toBe('elsewhere');
  });

  it('is the requests only where functions have less than a fifth of the bytes', () => {
    const requests = { frames: REQUESTS, ordinals: [1], bytes: 80 };
    expect(functionOf([requests, { frames: IN_USERS, ordinals: [2], bytes: 20 }], null)).toBe('keepUser');
    expect(functionOf([requests, { frames: IN_USERS, ordinals: [2], bytes: 19 }], null)).toBe('requests');
  });

  it('is, of a scope, one that its own samples or those of nobody name', () => {
    const parts = [
      { frames: IN_USERS, ordinals: [1] },
      { frames: IN_ORDERS, ordinals: [2, 3, 4] },
    ];
    expect([0, 1, null].map((slot) => functionOf(parts, slot))).toEqual([
      'keepUser',
      'keepOrder',
      'keepOrder',
    ]);
    const unknown = { frames: NOWHERE, ordinals: [5, 6] };
    expect(functionOf([...parts, unknown], 0)).toBe('elsewhere');
    expect(functionOf([parts[1]!], 0)).toBeUndefined();
    expect(functionOf([], null)).toBeUndefined();
  });
});

describe('what is told of it', () => {
  it('is its share of what the scope may have kept, its samples and its lines', () => {
    const { read, judgement } = placed([
      { frames: IN_USERS, ordinals: [1, 2, 3] },
      { frames: NOWHERE, ordinals: [4] },
      { frames: IN_ORDERS, ordinals: [5, 6] },
    ]);
    expect(read.site(judgement, 0)).toMatchObject({
      ...{ kind: 'function', share: 0.75, samples: 3 },
      lines: [{ line: 4, kind: 'keeps' }],
    });
    expect(read.site(judgement, null)).toMatchObject({ share: 0.5, samples: 3 });
  });

  it('is the stack on which it allocated most', () => {
    const { read, judgement } = placed([
      { frames: [appFunction('elsewhere'), appFunction('users')], ordinals: [1, 2] },
      { frames: [appFunction('elsewhere'), appFunction('orders')], ordinals: [3, 4, 5] },
    ]);
    expect(read.site(judgement, null)?.handler?.function).toBe('orders');
  });

  it('has the lines of that function, not of one of the same name that it called in V8', () => {
    const native = { name: 'keepUser', scriptId: 0, url: '', line: -1, column: -1 };
    const { read, judgement } = placed([{ frames: [native, ...IN_USERS], ordinals: [1] }]);
    expect(read.site(judgement, null)).toMatchObject({
      allocating: { function: 'keepUser', line: 4 },
      lines: [{ line: 4, kind: 'keeps' }],
    });
  });

  it('has no lines where it is the requests', () => {
    const frames = [FRAMEWORK_FUNCTION, NODE_FUNCTION];
    const { read, judgement } = placed([{ frames, ordinals: [1] }]);
    expect(read.site(judgement, null)).toMatchObject({ kind: 'requests', lines: [], share: 1 });
  });

  it('counts only samples that are alive at this read', () => {
    const { read, judgement } = placed([{ frames: IN_USERS, ordinals: [1] }]);
    const gone = { ...judgement.gained[0]!, ordinal: 99 };
    expect(read.site({ ...judgement, gained: [...judgement.gained, gone] }, null)?.samples).toBe(1);
    expect(placed([]).read.site(judgement, null)).toBeNull();
  });

  it('is the same until the next read, or until a scope loses its slot', () => {
    const { read, judgement } = placed([{ frames: IN_USERS, ordinals: [1] }]);
    const told = read.site(judgement, 0);
    expect(told).not.toBeNull();
    expect(read.site({ ...judgement, gained: [] }, 0)).toBe(told);
    read.forget(1);
    expect(read.site({ ...judgement, gained: [] }, 0)).toBeNull();
  });
});

describe('the stacks of a read', () => {
  it('hold all live samples with their ordinals, bytes and squares, and the one scope that they are of', () => {
    const { read } = placed([
      { frames: IN_USERS, ordinals: [1, 4], bytes: 1000 },
      { frames: NOWHERE, ordinals: [2], bytes: 3 },
    ]);
    const [users, nobody, ...more] = read.stacks();
    expect(more).toEqual([]);
    expect(users).toMatchObject({
      ...{ scope: 'GET /users', samples: 2, ordinals: [1, 4], bytes: 2000, variance: 2e6 },
      frames: [{ function: 'keepUser', file: 'app.js', line: 4 }, { function: 'users' }],
    });
    expect(nobody).toMatchObject({ scope: null, samples: 1, bytes: 3 });
  });

  it('share a frame object between stacks, so that it is resolved and kept once', () => {
    const { read } = placed([
      { frames: IN_USERS, ordinals: [1] },
      { frames: [...IN_USERS, appFunction('elsewhere')], ordinals: [2] },
    ]);
    expect(new Set(read.stacks().map(({ frames }) => frames[0])).size).toBe(1);
  });

  it('name no scope that has no name, that several may be, or that lost its slot', () => {
    const both = [appFunction('elsewhere')];
    const { read } = placed([
      { frames: IN_USERS, ordinals: [1] },
      { frames: [...both, appFunction('users')], ordinals: [2] },
      { frames: [...both, appFunction('orders')], ordinals: [3] },
      { frames: both, ordinals: [4] },
    ]);
    const scopes = () => read.stacks().map(({ scope }) => scope);
    expect(scopes()).toEqual(['GET /users', 'GET /users', 'GET /orders', null]);
    expect(read.samples.at(-1)!.slots).toEqual([0, 1]);
    NAMES.delete(0);
    expect(scopes()).toEqual([null, null, 'GET /orders', null]);
    NAMES.set(0, 'GET /users');
    read.forget(0);
    expect(scopes()).toEqual([null, null, 'GET /orders', 'GET /orders']);
  });
});
