import { describe, expect, it } from 'vitest';
import { InspectorLink } from '../../src/measure/inspector-link.ts';

/** Node's inspector as a double: what was posted in which session, and what is connected. */
function double({ url }: { url?: string } = {}) {
  const posted: string[] = [];
  const connected = new Set<object>();
  class Session {
    connect(): void {
      connected.add(this);
    }
    disconnect(): void {
      connected.delete(this);
    }
    post(method: string, _params: object, answer: (error: Error | null, result: object) => void): void {
      posted.push(method);
      if (method === 'Silent.command') return;
      answer(method === 'Wrong.command' ? new Error('no such command') : null, { method });
    }
  }
  const timers: { intervalMs: number; run: () => void }[] = [];
  const every = (intervalMs: number, run: () => void) => {
    const timer = { intervalMs, run };
    timers.push(timer);
    return () => timers.splice(timers.indexOf(timer), 1);
  };
  const link = new InspectorLink({ Session, url: () => url } as never, every);
  return { link, posted, connected, timers };
}

describe('a link to the inspector', () => {
  it('opens a session for its work only', () => {
    const { link, connected } = double();
    const during = link.use((post) => [connected.size, post('Some.command')]);
    expect(during).toEqual([1, { method: 'Some.command' }]);
    expect(connected.size).toBe(0);
  });

  it('closes it when the work fails', () => {
    const { link, connected } = double();
    expect(() => link.use((post) => post('Wrong.command'))).toThrow('no such command');
    expect(() => link.use((post) => post('Silent.command'))).toThrow('did not answer Silent.command at once');
    expect(connected.size).toBe(0);
  });

  it('does all work in the held session: the end of any would number heap objects anew', () => {
    const { link, connected } = double();
    link.hold();
    link.hold();
    const [held] = connected;
    link.use(() => undefined);
    expect([...connected]).toEqual([held]);
    link.release();
    link.release();
    expect(connected.size).toBe(0);
  });

  it('throws away each second what V8 keeps of console while a session is held', () => {
    const { link, posted, timers } = double();
    link.discardConsole();
    link.hold();
    expect(timers.map(({ intervalMs }) => intervalMs)).toEqual([1000]);
    timers[0]!.run();
    expect(posted).toEqual(['Runtime.discardConsoleEntries']);
    link.release();
    expect(timers).toEqual([]);
  });

  it('leaves it to whoever debugs the process', () => {
    const { link, posted, timers } = double({ url: 'ws://127.0.0.1:9229/x' });
    link.hold();
    timers[0]!.run();
    expect(posted).toEqual([]);
  });
});
