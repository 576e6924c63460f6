import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { getGuard } from '../src/shared-guard.ts';
import type { Guard } from '../src/types.ts';

const handles: Guard[] = [];
const warnings: string[] = [];

function join(...args: Parameters<typeof getGuard>): Guard {
  const guard = getGuard(...args);
  handles.push(guard);
  return guard;
}

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)));
});

afterEach(async () => {
  for (const guard of handles.splice(0)) await guard.close();
  warnings.length = 0;
  vi.restoreAllMocks();
});

/** A second installed copy of the package: the same source, evaluated again. */
async function secondCopy(): Promise<typeof import('../src/shared-guard.ts')> {
  vi.resetModules();
  return import('../src/shared-guard.ts');
}

describe('getGuard', () => {
  it('gives everybody one ledger', () => {
    const [one, two] = [join({ enabled: true }), join()];
    one.begin().end(two.scope('route', 'GET /'));
    expect(two.report().scopes).toMatchObject([{ scope: 'GET /', units: 1 }]);
  });

  it('gives handles of one identity, by which an adapter counts a request once', () => {
    const identity = (guard: Guard): unknown => (guard as never)[Symbol.for('leakguard.identity')];
    const [one, two] = [join({ enabled: true }), join()];
    expect(one).not.toBe(two);
    expect(identity(one)).toBe(identity(two));
    expect(identity(one)).toBeDefined();
  });

  it('meets with a second installed copy of the package', async () => {
    const copy = await secondCopy();
    expect(copy.getGuard).not.toBe(getGuard);
    const one = join({ enabled: true });
    const two = copy.getGuard();
    handles.push(two);
    two.begin().end(two.scope('job', 'mail'));
    expect(one.report().scopes).toMatchObject([{ scope: 'mail', units: 1 }]);
  });

  it('keeps apart from a copy that speaks another protocol, with a warning', () => {
    const slot = Symbol.for('leakguard.shared-guard');
    (globalThis as Record<symbol, unknown>)[slot] = { protocol: 99, join: () => expect.unreachable() };
    const guard = join({ enabled: true });
    delete (globalThis as Record<symbol, unknown>)[slot];
    guard.begin().end(guard.scope('route', 'GET /'));
    expect(guard.report().scopes.length).toBe(1);
    expect(warnings[0]).toContain('protocol 99');
  });

  it('lets the first explicit value of an option win, and warns whoever comes later with another', () => {
    join();
    const guard = join({ level: 'watch', enabled: true });
    join({ level: 'watch' });
    expect(warnings).toEqual([]);
    join({ level: 'prove' });
    expect(warnings).toEqual([
      'leakguard: option level of the shared guard is watch; prove comes too late and is ignored',
    ]);
    expect(guard.report().level).toBe('watch');
  });

  it('throws for a bad option even if the guard runs already', () => {
    join({ enabled: true }).begin();
    expect(() => getGuard({ level: 'loud' as never })).toThrow(
      expect.objectContaining({ code: 'ERR_LEAKGUARD_OPTION' }),
    );
  });

  it('closes with its last user, and a user who closes twice counts once', async () => {
    const [one, two] = [join({ enabled: true }), join()];
    const route = one.scope('route', 'GET /');
    await one.close();
    await one.close();
    two.begin().end(route);
    expect(two.report().scopes[0]!.units).toBe(1);
    await two.close();
    const fresh = join({ enabled: true });
    expect(fresh.report().scopes).toEqual([]);
  });
});
