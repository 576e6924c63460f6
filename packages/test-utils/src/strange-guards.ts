import type { Guard } from '@leakguard/core';
import { type RecordingGuard, recordingGuard } from './recording-guard.ts';

/** Core's mark on a guard, by which adapters learn that scopes lost their place. */
const SCOPE_TURN = Symbol.for('leakguard.scope-turn');

/** A guard that keeps nothing: the recording one holds every subject. */
export function forgetfulGuard(): Guard {
  const unit = { enter: () => undefined, end: () => undefined };
  return Object.assign(recordingGuard(), { begin: () => unit });
}

/** The guard, whose `scope` throws for some names. */
export function throwingScope(guard: RecordingGuard, fails: (name: string) => boolean): RecordingGuard {
  const { scope } = guard;
  const failing: Guard['scope'] = (kind, name) => {
    if (fails(name)) throw new Error('no scope');
    return scope(kind, name);
  };
  return Object.assign(guard, { scope: failing });
}

/** A guard that notes every name it is asked for, and whose scopes can lose their place. */
export function turningGuard(): RecordingGuard & { asked: string[]; turn: () => void } {
  const guard = recordingGuard();
  const asked: string[] = [];
  let turn = 0;
  const scope: RecordingGuard['scope'] = (kind, name) => {
    asked.push(name);
    return guard.scope(kind, name);
  };
  const turning = { ...guard, scope, asked, turn: () => void turn++ };
  return Object.defineProperty(turning, SCOPE_TURN, { get: () => turn });
}
