import type { Guard } from '@leakguard/core';
import { describe, expect, it } from 'vitest';
import { request } from '../http-client.ts';
import { recordingGuard } from '../recording-guard.ts';
import type { AdapterUnderTest, AppSpec } from './app-spec.ts';
import { answer } from './behaviours.ts';
import { enteredBy, start } from './running.ts';

const users: AppSpec = [{ route: '/users/:id', does: answer() }];

/** Several guards, and guards that fail. */
export function describeGuards(adapter: AdapterUnderTest): void {
  describe('guards', () => {
    it('counts a request once when one guard is installed twice', async () => {
      const guard = recordingGuard();
      const port = await start(adapter, [
        { guard },
        { guard },
        { router: '/api', steps: [{ guard }, ...users] },
      ]);
      await request(port, '/api/users/1');
      expect(await guard.finished(1)).toEqual(['GET /api/users/:id']);
      expect(guard.units).toHaveLength(1);
    });

    it('counts a request once in each of two guards', async () => {
      const guards = [recordingGuard(), recordingGuard()] as const;
      const port = await start(adapter, [{ guard: guards[0] }, { guard: guards[1] }, ...users]);
      await request(port, '/users/1');
      for (const guard of guards) {
        expect(await guard.finished(1)).toEqual(['GET /users/:id']);
        expect(guard.units).toHaveLength(1);
        expect(guard.units[0]?.entered).toEqual(enteredBy(adapter, 'GET /users/:id'));
      }
    });

    it("names each guard's scopes for itself", async () => {
      const guards = [recordingGuard(), recordingGuard()] as const;
      const port = await start(adapter, [
        { guard: guards[0], scope: () => 'mine' },
        { guard: guards[1] },
        ...users,
      ]);
      await request(port, '/users/1');
      expect(await guards[0].finished(1)).toEqual(['mine']);
      expect(await guards[1].finished(1)).toEqual(['GET /users/:id']);
    });

    it('counts apps of one process apart', async () => {
      const guards = [recordingGuard(), recordingGuard()] as const;
      const ports = [
        await start(adapter, [{ guard: guards[0] }, ...users]),
        await start(adapter, [{ guard: guards[1] }, { route: '/other', does: answer() }]),
      ];
      await request(ports[0]!, '/users/1');
      await request(ports[1]!, '/other');
      expect(await guards[0].finished(1)).toEqual(['GET /users/:id']);
      expect(await guards[1].finished(1)).toEqual(['GET /other']);
    });

    it.each(['scope', 'begin', 'enter', 'end'])(
      "fails no request when the guard's %s throws",
      async (method) => {
        const port = await start(adapter, [{ guard: throwingAt(method) }, { router: '/api', steps: users }]);
        const answers = [await request(port, '/api/users/1'), await request(port, '/api/users/2')];
        expect(answers.map((each) => each.status)).toEqual([200, 200]);
      },
    );
  });
}

function throwingAt(method: string): Guard {
  const fail = () => {
    throw new Error(`the guard's ${method} failed`);
  };
  const guard = recordingGuard();
  const unit = { enter: () => {}, end: () => {}, [method]: fail };
  return { ...guard, begin: () => unit, ...(method in guard ? { [method]: fail } : {}) } as Guard;
}
