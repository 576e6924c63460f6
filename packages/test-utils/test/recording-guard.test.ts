import { describe, expect, it } from 'vitest';
import { recordingGuard } from '../src/index.ts';

describe('recordingGuard', () => {
  it('remembers where a unit was and where it ended', async () => {
    const guard = recordingGuard();
    const unit = guard.begin();
    const [subject, handlers] = [{}, [() => undefined]];
    unit.enter(guard.scope('route', 'GET /a'));
    expect(guard.inFlight()).toBe(1);
    unit.end(guard.scope('route', 'GET /b'), { subject, handlers });
    expect(guard.units[0]).toEqual({ entered: ['GET /a'], ended: 'GET /b', ends: 1, subject, handlers });
    expect(guard.inFlight()).toBe(0);
  });

  it('counts an end that comes twice once, and remembers that it came twice', () => {
    const guard = recordingGuard();
    const unit = guard.begin();
    const scope = guard.scope('route', 'GET /a');
    unit.end(scope);
    unit.end(scope);
    expect(guard.finishedByScope()).toEqual({ 'GET /a': 1 });
    expect(guard.units[0]?.ends).toBe(2);
  });

  it('lets a test wait for units without sleeping', async () => {
    const guard = recordingGuard();
    const begun = guard.begun(1);
    const finished = guard.finished(1);
    const unit = guard.begin();
    await begun;
    unit.end(guard.scope('job', 'mail:send'));
    expect(await finished).toEqual(['mail:send']);
  });

  it('interns a scope once', () => {
    const guard = recordingGuard();
    expect(guard.scope('route', 'GET /a')).toBe(guard.scope('route', 'GET /a'));
    expect(guard.scopeNames).toEqual(['GET /a']);
  });

  it('says that it measures nothing when asked for a report', () => {
    expect(() => recordingGuard().report()).toThrow('measures nothing');
  });
});
