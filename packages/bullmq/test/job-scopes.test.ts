import { recordingGuard } from '@leakguard/test-utils';
import { describe, expect, it } from 'vitest';
import { JobScopes } from '../src/job-scopes.ts';

describe('scopes of jobs', () => {
  it('are looked up once per name', () => {
    const guard = recordingGuard();
    let asked = 0;
    const scopes = new JobScopes(
      Object.assign(guard, {
        scope: (_kind: string, name: string) => {
          asked += 1;
          return name.length as never;
        },
      }),
      'mails',
    );
    expect(scopes.of('send')).toBe('mails:send'.length);
    scopes.of('send');
    scopes.of('render');
    expect(asked).toBe(2);
  });

  it('are asked for again when scopes lost their place', () => {
    const turns = [1, 1, 2];
    let asked = 0;
    const guard = {
      scope: () => {
        asked += 1;
        return 0 as never;
      },
      get [Symbol.for('leakguard.scope-turn')]() {
        return turns.shift();
      },
    };
    const scopes = new JobScopes(guard as never, 'mails');
    for (let job = 0; job < 3; job++) scopes.of('send');
    expect(asked).toBe(2);
  });

  it('are bounded however many names there are', () => {
    let asked = 0;
    const guard = { scope: () => asked++ as never };
    const scopes = new JobScopes(guard as never, 'mails');
    for (let job = 0; job < 2500; job++) scopes.of(`name ${job}`);
    expect(asked).toBe(2500);
    scopes.of('name 2499');
    expect(asked).toBe(2500);
    scopes.of('name 0');
    expect(asked).toBe(2501);
  });
});
