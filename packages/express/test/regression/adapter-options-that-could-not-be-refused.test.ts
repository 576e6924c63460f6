import { LeakguardError } from '@leakguard/core';
import { expect, it } from 'vitest';
import { leakGuard } from '../../src/index.ts';

const throws = (): never => {
  throw new Error('of the app');
};

function refusal(options: object): LeakguardError {
  try {
    leakGuard(options as never);
  } catch (error) {
    expect(error).toBeInstanceOf(LeakguardError);
    return error as LeakguardError;
  }
  throw new Error('was accepted');
}

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

it.each([
  ['a scope of 8 MB', { scope: 'x'.repeat(2 ** 23) }, 'scope must be'],
  ['a name of 8 MB', { ['x'.repeat(2 ** 23)]: 1 }, 'xxx'],
  [
    'a getter that throws',
    Object.defineProperty({}, 'scope', { get: throws, enumerable: true }),
    'scope must be',
  ],
  ['a revoked proxy as guard', { guard: revoked({}) }, 'guard must be a Guard'],
  ['a revoked proxy as options', revoked({}), 'options must be'],
])('%s is refused by name in a short message', (_, options, message) => {
  const error = refusal(options);
  expect(error.code).toBe('ERR_LEAKGUARD_OPTION');
  expect(error.message).toContain(message);
  expect(error.message.length).toBeLessThan(600);
});
