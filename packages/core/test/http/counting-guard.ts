import { onTestFinished } from 'vitest';
import { createGuard } from '../../src/guard.ts';
import type { Guard, Unit } from '../../src/types.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };

/** A real guard, and how often the units that were begun with it have ended. */
export interface CountingGuard {
  guard: Guard;
  /** Of every unit, in order of begin: how often it has ended. */
  ends: number[];
  /** Units finished by scope, as the guard reports it. */
  counted(): Record<string, number>;
}

/** A guard for a test, closed when it is over. */
export function countingGuard(): CountingGuard {
  const guard = createGuard({ enabled: true, logger: silent });
  onTestFinished(() => guard.close());
  const ends: number[] = [];
  const begin = guard.begin.bind(guard);
  guard.begin = () => {
    const at = ends.push(0) - 1;
    return noting(begin(), () => {
      ends[at]! += 1;
    });
  };
  const counted = () => Object.fromEntries(guard.report().scopes.map(({ scope, units }) => [scope, units]));
  return { guard, ends, counted };
}

function noting(unit: Unit, onEnd: () => void): Unit {
  return {
    enter: (scope) => unit.enter(scope),
    end: (scope, seen) => {
      onEnd();
      unit.end(scope, seen);
    },
  };
}
