import { expect, it } from 'vitest';
import { guardOn } from '../../src/guard.ts';
import type { ScopeId } from '../../src/types.ts';
import { FakeRuntime } from '../fake-runtime.ts';

function freshGuard() {
  const logger = { info: () => {}, warn: () => {}, error: () => {} };
  return guardOn(new FakeRuntime(), { enabled: true, logger });
}

function setUp() {
  const guard = freshGuard();
  return { guard, job: guard.scope('job', 'mail') };
}

it.each([1n, Symbol('id'), Object.create(null)])(
  'an id that is no number is nobody’s, and not counted',
  (id) => {
    const { guard } = setUp();
    const unit = guard.begin();
    unit.enter(id as ScopeId);
    unit.end(id as ScopeId);
    expect(guard.report().scopes).toMatchObject([{ units: 0, inFlight: 0 }]);
  },
);

it.each([
  ['a number', { subject: 5 }],
  ['null', { subject: null }],
  ['a registered symbol', { subject: Symbol.for('shared') }],
  [
    'a getter that throws',
    {
      get subject() {
        throw new Error('no');
      },
    },
  ],
  ['of null', null],
])('a subject that is %s is not watched, and its unit counts', (_, seen) => {
  const { guard, job } = setUp();
  for (let n = 0; n < 3; n++) guard.begin().end(job, seen as never);
  expect(guard.report().scopes).toMatchObject([{ units: 3, inFlight: 0, survivors: null }]);
});

it('no id before there is any scope is counted nowhere, and not in the slot that the first one gets', () => {
  const fresh = freshGuard();
  fresh.begin().end(undefined as never);
  fresh.scope('job', 'mail');
  expect(fresh.report().scopes).toMatchObject([{ units: 0, inFlight: 0 }]);
});
