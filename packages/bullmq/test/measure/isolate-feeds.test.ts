import { createGuard } from '@leakguard/core';
import { describe, expect, it } from 'vitest';
import { IsolateFeeds } from '../../src/measure/isolate-feeds.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('IsolateFeeds', () => {
  it('takes anything that an isolate may send, and never throws', async () => {
    const guard = createGuard({ enabled: true, logger: silent });
    const feeds = new IsolateFeeds(guard, 'mail');
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const hostile = {
      get type() {
        throw new Error('hostile');
      },
    };
    const feed = feeds.open(() => {
      throw new Error('gone');
    });
    const strange = [
      null,
      undefined,
      7,
      'floor',
      [],
      {},
      proxy,
      hostile,
      { type: 'floor' },
      { type: 'lacks' },
    ];
    for (const message of [...strange, { type: 'floor', reading: {}, counts: [[]] }])
      expect(() => feed.receive(message)).not.toThrow();
    feed.close();
    expect(() => feed.receive({ type: 'floor' })).not.toThrow();
    await guard.close();
  });

  it('lets isolates take a few dozen floors beyond their budgets per hour, all together', async () => {
    const guard = createGuard({ enabled: true, logger: silent });
    let nowMs = 0;
    const feeds = new IsolateFeeds(guard, 'mail', () => nowMs);
    const wishes: unknown[] = [];
    const feed = (): ReturnType<IsolateFeeds['open']> => feeds.open((message) => wishes.push(message));
    const steep = { type: 'floor', reading: {}, counts: [], beyondBudget: true };
    const [one, other] = [feed(), feed()];
    for (let floor = 0; floor < 47; floor++) (floor % 2 === 0 ? one : other).receive(steep);
    expect(wishes).toEqual([]);
    one.receive(steep);
    expect(wishes).toMatchObject([{ kind: 'measure', closer: false, inBudget: true }]);
    feed().receive({ ...steep, beyondBudget: false });
    expect(wishes.length).toBe(2);
    nowMs += 3_600_000;
    one.receive({ ...steep, beyondBudget: false });
    expect(wishes.at(-1)).toMatchObject({ closer: false, inBudget: false });
    await guard.close();
  });

  it('has settings for isolates of a guard that counts, and none for one that does not', async () => {
    const guard = createGuard({ enabled: true, level: 'watch', minTotalBytes: '2MB', logger: silent });
    expect(new IsolateFeeds(guard, 'mail').settings).toEqual({
      level: 'watch',
      maxOverhead: 0.01,
      minTotalBytes: 2 * 2 ** 20,
      maxScopes: 500,
      profiler: true,
    });
    await guard.close();
    expect(new IsolateFeeds(guard, 'mail').settings).toBeNull();
    expect(new IsolateFeeds(createGuard({ enabled: false }), 'mail').settings).toBeNull();
  });
});
