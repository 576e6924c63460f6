import { describe, expect, it } from 'vitest';
import { takeGc } from '../../src/measure/forced-gc.ts';
import { HandlerInbox } from '../../src/measure/handler-inbox.ts';

const first = (): number => 1;
const second = (): number => 2;

describe('the inbox of handlers', () => {
  it('looks at the first units of a scope, then at one in 64', () => {
    const looked = Array.from({ length: 200 }, (_, n) => n + 1).filter((units) => HandlerInbox.wants(units));
    expect(looked).toEqual([1, 2, 64, 128, 192]);
  });

  it('gives every handler of a list once, whoever brings it again', () => {
    const inbox = new HandlerInbox();
    const list = [first, second];
    inbox.offer(3, list);
    inbox.offer(3, list);
    expect(inbox.take()).toEqual([
      { slot: 3, handler: first },
      { slot: 3, handler: second },
    ]);
    inbox.offer(3, list);
    expect(inbox.take()).toEqual([]);
  });

  it('gives a list that several scopes share for each of them', () => {
    const inbox = new HandlerInbox();
    const list = [first];
    inbox.offer(0, list);
    inbox.offer(5, list);
    expect(inbox.take().map(({ slot }) => slot)).toEqual([0, 5]);
  });

  it('gives a second list of the same scope: another route of that name', () => {
    const inbox = new HandlerInbox();
    inbox.offer(0, [first]);
    inbox.offer(0, [second]);
    expect(inbox.take().map(({ handler }) => handler)).toEqual([first, second]);
  });

  it('leaves out what is no function, and what is beyond 16 of a unit or 2,000 that wait', () => {
    const inbox = new HandlerInbox();
    inbox.offer(0, [null, 'text', first] as never);
    inbox.offer(
      1,
      Array.from({ length: 40 }, () => second),
    );
    expect(inbox.take()).toHaveLength(17);
    for (let slot = 0; slot < 3000; slot++) inbox.offer(slot, [second]);
    expect(inbox.take()).toHaveLength(2000);
  });

  it('forgets a scope that lost its slot, and takes the same list for the next one there', () => {
    const inbox = new HandlerInbox();
    const list = [first];
    inbox.offer(2, list);
    inbox.forget(2);
    expect(inbox.take()).toEqual([]);
    inbox.offer(2, list);
    expect(inbox.take()).toHaveLength(1);
  });

  it('keeps no handler alive', async () => {
    const inbox = new HandlerInbox();
    const offered = ((): WeakRef<object> => {
      const handler = (): object => inbox;
      inbox.offer(0, [handler]);
      return new WeakRef(handler);
    })();
    await new Promise(setImmediate);
    takeGc()!();
    await new Promise(setImmediate);
    expect(offered.deref()).toBeUndefined();
    expect(inbox.take()).toEqual([]);
  });
});
