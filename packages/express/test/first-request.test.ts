import { recordingGuard, request } from '@leakguard/test-utils';
import type { Express as App, RequestHandler } from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { leakGuard } from '../src/index.ts';
import { type Express, freshExpress, listen } from './majors.ts';

const ok: RequestHandler = (_req, res) => void res.end('ok');

/** The layers of the first request were entered before anything watched: it is named by searching the app. */
const CASES: {
  title: string;
  build(app: App, express: Express, guard: RequestHandler): void;
  scopes: string[];
}[] = [
  {
    title: 'a guard in front of everything',
    build: (app, express, guard) => void app.use(guard, api(express)),
    scopes: ['GET /users/:id', 'GET /users/:id'],
  },
  {
    title: 'a guard mounted at a path',
    build: (app, express, guard) => void app.use('/orgs/:org', guard, api(express)),
    scopes: ['GET /orgs/:org/users/:id', 'GET /orgs/:org/users/:id'],
  },
  {
    title: 'a guard inside a router',
    build: (app, express, guard) => void app.use('/orgs/:org', api(express, guard)),
    scopes: ['GET /orgs/:org/users/:id', 'GET /orgs/:org/users/:id'],
  },
  {
    title: 'a guard inside a router at one of several places, where the first request is not told apart',
    build: (app, express, guard) => {
      const router = api(express, guard);
      app.use('/orgs/:org', router);
      app.use('/teams/:team', router);
    },
    scopes: ['GET (mount)/users/:id', 'GET /orgs/:org/users/:id'],
  },
  {
    title: 'a guard inside a mounted app, where the first request is not told apart',
    build: (app, express, guard) => {
      const inner = express();
      inner.use(guard, api(express));
      app.use('/orgs/:org', inner);
    },
    scopes: ['GET (mount)/users/:id', 'GET /orgs/:org/users/:id'],
  },
];

function api(express: Express, guard?: RequestHandler) {
  const router = express.Router();
  if (guard) router.use(guard);
  router.get('/users/:id', ok);
  return router;
}

describe.each([4, 5])('Express %i: the first request of a process', (major) => {
  it.each(CASES)('names $title', async ({ build, scopes }) => {
    const express = freshExpress(major);
    const guard = recordingGuard();
    const app = express();
    build(app, express, leakGuard({ guard }));
    const running = await listen(app);
    onTestFinished(() => running.close());
    const path = scopes[1]?.includes('orgs') ? '/orgs/42/users/7' : '/users/7';
    for (let at = 0; at < 2; at++) await request(running.port, path);
    expect(await guard.finished(2)).toEqual(scopes);
  });
});
