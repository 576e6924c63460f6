import { describe, expect, it } from 'vitest';
import { growthThresholds } from '../src/decide/thresholds.ts';
import type { ProfiledFunction } from '../src/internal-types.ts';
import { ReadCost } from '../src/measure/read-cost.ts';
import { SiteChannel } from '../src/site-channel.ts';
import { FakeRuntime } from './fake-runtime.ts';

const SOURCE = `function keep() {}
async function show() {}
async function list() {}
async function save() {}
async function plain() {}
const wrap = (fn) => (req) => fn(req);
const alone = (fn) => (req) => fn(req);
`;
const PATH = '/app/app.js';
const FILES = {
  ...{ cwd: '/app', readMap: () => null, now: () => 0 },
  readSource: (path: string) => (path === PATH ? SOURCE : null),
};
const THRESHOLDS = growthThresholds({
  ...{ minBytesPerUnit: 128, minTotalBytes: 2 ** 20, heapLimitBytes: 2 ** 28, prove: true },
});

/** What starts at the first occurrence of a text, as profiles have it. */
function at(text: string, name = ''): ProfiledFunction {
  const lines = SOURCE.split('\n');
  const line = lines.findIndex((one) => one.includes(text));
  const inside = text.endsWith('(') ? text.length - 1 : text.lastIndexOf('(');
  return { name, scriptId: 7, url: `file://${PATH}`, line, column: lines[line]!.indexOf(text) + inside };
}
const located = (place: ProfiledFunction): ProfiledFunction => ({ ...place, url: '' });

const KEEP = at('keep(', 'keep');
const TARGETS = {
  show: at('show(', 'show'),
  list: at('list(', 'list'),
  save: at('save(', 'save'),
  plain: at('plain(', 'plain'),
};
const WRAPPER = { shared: at('wrap = (fn) => ('), alone: at('alone = (fn) => (') };

/** Two routes behind the closures of one wrapper, one behind those of another, and one without a wrapper. */
function setUp() {
  const runtime = new FakeRuntime();
  const turns: (() => void)[] = [];
  runtime.nextTurn = (run) => void turns.push(run);
  const channel = new SiteChannel(THRESHOLDS, {
    ...{ runtime, contained: (work: () => void) => work(), maxPauseMs: 300, files: FILES },
    nameOf: (slot: number) => routes[slot]![0],
    ...{},
  });
  const routes = [
    ['show', WRAPPER.shared],
    ['list', WRAPPER.shared],
    ['save', WRAPPER.alone],
    ['plain', at('plain(', 'plain')],
  ] as const;
  const handlers = routes.map(([name, wrapper], slot) => {
    const handler = () => slot;
    runtime.sampler.located.set(handler, located(wrapper));
    const held = { ...located(TARGETS[name]), name: '', variable: 'fn', holder: located(wrapper) };
    runtime.sampler.capturedBy.set(handler, [held]);
    channel.handlers.offer(slot, [handler]);
    return handler;
  });
  const counts = { units: [1000, 1000, 1000, 1000], totalUnits: 4000, inFlight: 0 };
  channel.start(counts, 0);
  /** What is kept by `keep`, called by these functions: one sample each. */
  const push = (callers: readonly ProfiledFunction[]): (string | null)[] => {
    const reading = {
      ...{ floor: runtime.reading(true), pauseMs: 20, functions: [KEEP, ...callers] },
      stacks: callers.map((_, index) => [0, index + 1]),
      samples: callers.map((_, stack) => ({ ordinal: stack + 1, bytes: 65_536, stack })),
    };
    const cost = new ReadCost(runtime);
    channel.push({ reading, cost, sampledMs: 60_000, isOnDemand: false }, counts, 60_000, () => undefined);
    for (let run = turns.shift(); run !== undefined; run = turns.shift()) run();
    return channel.stacks()!.map(({ scope }) => scope);
  };
  return { runtime, handlers, push };
}

describe('handlers behind wrappers', () => {
  it('are told by what the closures hold, also where the wrapper itself is on no stack', () => {
    expect(setUp().push([TARGETS.show, TARGETS.list, TARGETS.save, TARGETS.plain])).toEqual([
      'show',
      'list',
      'save',
      'plain',
    ]);
  });

  it('are looked into once each, and only where a wrapper is', () => {
    const { runtime, handlers, push } = setUp();
    push([TARGETS.show]);
    push([TARGETS.show]);
    expect(runtime.sampler.lookedInto).toEqual(handlers.slice(0, 3));
  });

  it('are not told apart by a wrapper alone', () => {
    expect(setUp().push([WRAPPER.shared, WRAPPER.alone])).toEqual([null, 'save']);
  });
});
