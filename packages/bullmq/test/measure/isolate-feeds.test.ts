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
    const feed = feeds.open('process:1', () => {
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

  it('has settings for isolates of a guard that counts, and none for one that does not', async () => {
    const guard = createGuard({ enabled: true, level: 'watch', minTotalBytes: '2MB', logger: silent });
    expect(new IsolateFeeds(guard, 'mail').settings).toEqual({
      level: 'watch',
      maxOverhead: 0.01,
      minTotalBytes: 2 * 2 ** 20,
      maxScopes: 500,
    });
    await guard.close();
    expect(new IsolateFeeds(guard, 'mail').settings).toBeNull();
    expect(new IsolateFeeds(createGuard({ enabled: false }), 'mail').settings).toBeNull();
  });
});
