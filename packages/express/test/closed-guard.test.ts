import type { IncomingMessage } from 'node:http';
import { createGuard } from '@leakguard/core';
import { collected, request } from '@leakguard/test-utils';
import { expect, it, onTestFinished } from 'vitest';
import { leakGuard } from '../src/index.ts';
import { listen, MAJORS } from './majors.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };

// In a file of its own: what watches the routers rests only while no guard of the process counts.
it.each(MAJORS)('$name: nothing notes or keeps requests once every guard is closed', async ({ express }) => {
  const requests: WeakRef<IncomingMessage>[] = [];
  const guards = [1, 2].map(() => createGuard({ enabled: true, logger: silent }));
  const app = express();
  app.use((req, _res, next) => next(void requests.push(new WeakRef(req))));
  app.use(...guards.map((guard) => leakGuard({ guard })));
  app.get('/users/:id', (req, res) => void res.end(req.params.id));
  const running = await listen(app);
  onTestFinished(() => running.close());
  await request(running.port, '/users/1');
  await guards[0]!.close();
  await request(running.port, '/users/2');
  expect(guards.map((guard) => guard.report().scopes.length)).toEqual([1, 1]);
  await guards[1]!.close();
  for (const id of [3, 4]) await request(running.port, `/users/${id}`);
  expect(requests).toHaveLength(4);
  expect(await collected(requests)).toBe(true);
  expect(guards.map((guard) => guard.report().scopes[0]!.inFlight)).toEqual([0, 0]);
});
