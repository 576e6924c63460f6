import { describe, expect, it } from 'vitest';
import { request } from '../http-client.ts';
import { recordingGuard } from '../recording-guard.ts';
import type { AdapterUnderTest, AppSpec } from './app-spec.ts';
import { answer, answerAndPass, pass, reading, throwSync } from './behaviours.ts';
import { start, startGuarded } from './running.ts';

interface Case {
  title: string;
  spec: AppSpec;
  /** `METHOD /path`, in order. */
  requests: string[];
  scopes: string[];
}

const users: AppSpec = [{ route: '/users/:id', does: answer() }];

const CASES: Case[] = [
  {
    title: 'names a request by method and route pattern',
    spec: users,
    requests: ['GET /users/1', 'GET /users/2?page=3'],
    scopes: ['GET /users/:id', 'GET /users/:id'],
  },
  {
    title: 'names a route at the root',
    spec: [{ route: '/', does: answer() }],
    requests: ['GET /', 'GET /?a=1'],
    scopes: ['GET /', 'GET /'],
  },
  {
    title: 'tells methods of one path apart',
    spec: [
      { route: '/items', does: answer() },
      { route: '/items', method: 'post', does: answer() },
    ],
    requests: ['GET /items', 'POST /items'],
    scopes: ['GET /items', 'POST /items'],
  },
  {
    title: 'names a route for all methods by the method of the request',
    spec: [{ route: '/any/:id', method: 'all', does: answer() }],
    requests: ['PUT /any/1', 'DELETE /any/2'],
    scopes: ['PUT /any/:id', 'DELETE /any/:id'],
  },
  {
    title: 'counts HEAD apart from the GET route that serves it',
    spec: users,
    requests: ['HEAD /users/1'],
    scopes: ['HEAD /users/:id'],
  },
  {
    title: 'puts the mount of a router before its routes',
    spec: [{ router: '/api', steps: users }],
    requests: ['GET /api/users/7'],
    scopes: ['GET /api/users/:id'],
  },
  {
    title: 'shows parameters of mounts as patterns, never as what was in the URL',
    spec: [{ router: '/orgs/:org', steps: [{ router: '/teams/:team', steps: users }] }],
    requests: ['GET /orgs/42/teams/blue/users/7', 'GET /orgs/43/teams/red/users/8'],
    scopes: ['GET /orgs/:org/teams/:team/users/:id', 'GET /orgs/:org/teams/:team/users/:id'],
  },
  {
    title: 'names the root route of a mounted router by its mount alone',
    spec: [{ router: '/api', steps: [{ route: '/', does: answer() }] }],
    requests: ['GET /api', 'GET /api/'],
    scopes: ['GET /api', 'GET /api'],
  },
  {
    title: 'does not double the slash of a mount that ends in one',
    spec: [{ router: '/api/', steps: users }],
    requests: ['GET /api/users/1'],
    scopes: ['GET /api/users/:id'],
  },
  {
    title: 'shows encoded parameters as patterns',
    spec: users,
    requests: ['GET /users/a%2Fb%20c'],
    scopes: ['GET /users/:id'],
  },
  {
    title: 'names the route that answered, not one before it that passed on',
    spec: [{ route: '/users/:any', does: pass }, ...users],
    requests: ['GET /users/1'],
    scopes: ['GET /users/:id'],
  },
  {
    title: 'names the route that answered and then passed on, not what ran after it',
    spec: [
      { route: '/users/:id', does: answerAndPass },
      { middleware: '/', does: () => {} },
    ],
    requests: ['GET /users/1'],
    scopes: ['GET /users/:id'],
  },
  {
    title: 'names a route that answered 404 itself and then passed on',
    spec: [
      {
        route: '/users/:id',
        does: (exchange) => {
          exchange.res.statusCode = 404;
          return answerAndPass(exchange);
        },
      },
    ],
    requests: ['GET /users/1'],
    scopes: ['GET /users/:id'],
  },
  {
    title: 'names the mount of a middleware that answered in place of a route',
    spec: [{ middleware: '/graphql', does: answer() }],
    requests: ['GET /graphql', 'POST /graphql/x/y?z=1'],
    scopes: ['GET /graphql (middleware)', 'POST /graphql (middleware)'],
  },
  {
    title: 'names the mount of a middleware that answered after a route passed on',
    spec: [
      { route: '/graphql', does: pass },
      { middleware: '/graphql', does: answer() },
    ],
    requests: ['GET /graphql'],
    scopes: ['GET /graphql (middleware)'],
  },
  {
    title: 'names a middleware that answers everything by the root',
    spec: [{ middleware: '/', does: answer() }],
    requests: ['GET /whatever/1'],
    scopes: ['GET / (middleware)'],
  },
  {
    title: 'calls what nothing answered unmatched, whatever the URL and method',
    spec: users,
    requests: ['GET /nowhere', 'GET /nowhere/2', 'DELETE /users/1'],
    scopes: ['(unmatched)', '(unmatched)', '(unmatched)'],
  },
  {
    title: 'calls it unmatched when a mounted router passed on and nothing answered',
    spec: [{ router: '/api/:version', steps: users }],
    requests: ['GET /api/1/nowhere'],
    scopes: ['(unmatched)'],
  },
  {
    title: 'forgets the mount of a router that passed on',
    spec: [
      { router: '/api', steps: [{ route: '/other', does: answer() }] },
      { route: '/api/users/:id', does: answer() },
    ],
    requests: ['GET /api/users/1'],
    scopes: ['GET /api/users/:id'],
  },
  {
    title: 'keeps the mount of a route whose error the app handles',
    spec: [
      { router: '/orgs/:org', steps: [{ route: '/users/:id', does: throwSync }] },
      { errorHandler: true },
    ],
    requests: ['GET /orgs/1/users/2'],
    scopes: ['GET /orgs/:org/users/:id'],
  },
  {
    title: 'keeps the mount of a route whose error nobody handles',
    spec: [{ router: '/orgs/:org', steps: [{ route: '/users/:id', does: throwSync }] }],
    requests: ['GET /orgs/1/users/2'],
    scopes: ['GET /orgs/:org/users/:id'],
  },
  {
    title: 'names the mount of a middleware that threw before any route',
    spec: [
      { middleware: '/api', does: throwSync },
      { route: '/api/users/:id', does: answer() },
    ],
    requests: ['GET /api/users/1'],
    scopes: ['GET /api (middleware)'],
  },
];

/** How requests are named by their routes. */
export function describeScopes(adapter: AdapterUnderTest): void {
  describe('scopes', () => {
    it.each(CASES)('$title', async ({ spec, requests, scopes }) => {
      const { guard, port } = await startGuarded(adapter, spec);
      for (const each of requests) await send(port, each);
      expect(await guard.finished(requests.length)).toEqual(scopes);
      expect(guard.inFlight()).toBe(0);
    });

    const passed = (adapter.tellsPassing ?? true) ? '(unmatched)' : 'GET /users/:id';
    it(`counts under ${passed} when a route passed on and nothing answered`, async () => {
      const { guard, port } = await startGuarded(adapter, [{ route: '/users/:id', does: pass }]);
      expect(await send(port, 'GET /users/1')).toBe(404);
      expect(await guard.finished(1)).toEqual([passed]);
    });

    it('names a router mounted at two places by where the request came in, also at the same time', async () => {
      const steps: AppSpec = [{ route: '/users/:id', does: ({ res }) => void setImmediate(() => res.end()) }];
      const { guard, port } = await startGuarded(adapter, [
        { router: '/v1', steps },
        { router: '/v2', steps },
      ]);
      const paths = Array.from({ length: 20 }, (_, at) => `GET /v${(at % 2) + 1}/users/${at}`);
      await Promise.all(paths.map((each) => send(port, each)));
      await guard.finished(20);
      expect(guard.finishedByScope()).toEqual({ 'GET /v1/users/:id': 10, 'GET /v2/users/:id': 10 });
    });

    it('makes no scope per URL', async () => {
      const { guard, port } = await startGuarded(adapter, [{ router: '/api', steps: users }]);
      for (let at = 0; at < 50; at++)
        await send(port, `GET /api/${at % 2 ? 'users' : 'nowhere'}/${at}?q=${at}`);
      await guard.finished(50);
      expect(guard.scopeNames.toSorted()).toEqual(['(unmatched)', 'GET /api/users/:id']);
    });

    it('says which route a request is in while it is in flight', async () => {
      const { guard, port } = await startGuarded(adapter, [{ router: '/api', steps: users }]);
      await send(port, 'GET /api/users/1');
      await guard.finished(1);
      expect(guard.units[0]?.entered).toEqual(['GET /api/users/:id']);
    });

    it('falls back to the route where the app names nothing', async () => {
      const guard = recordingGuard();
      const port = await start(adapter, [{ guard, scope: () => undefined }, ...users]);
      await send(port, 'GET /users/1');
      expect(await guard.finished(1)).toEqual(['GET /users/:id']);
    });

    it('falls back to the route, warns once and fails no request when naming throws', async () => {
      const warnings: Error[] = [];
      const collect = (warning: Error) => void warnings.push(warning);
      process.on('warning', collect);
      const guard = recordingGuard();
      const scope = () => {
        throw new Error('no name');
      };
      const port = await start(adapter, [{ guard, scope }, ...users]);
      const statuses = [await send(port, 'GET /users/1'), await send(port, 'GET /users/2')];
      await guard.finished(2);
      await new Promise(setImmediate);
      process.off('warning', collect);
      expect(statuses).toEqual([200, 200]);
      expect(guard.finishedByScope()).toEqual({ 'GET /users/:id': 2 });
      const codes = warnings.map((warning) => (warning as NodeJS.ErrnoException).code);
      expect(codes.filter((code) => code === 'LEAKGUARD_SCOPE_OPTION')).toHaveLength(1);
    });
  });
}

/** How requests are named by the app. */
export function describeNames(adapter: AdapterUnderTest): void {
  describe('names', () => {
    it('lets the app name requests after their body was read', async () => {
      const guard = recordingGuard();
      const scope = (req: object) => (req as { body?: string }).body;
      const port = await start(adapter, [
        { guard, scope },
        { route: '/graphql', method: 'post', does: reading },
      ]);
      await request(port, '/graphql', { method: 'POST', body: 'query listUsers' });
      await request(port, '/graphql', { method: 'POST', body: '' });
      expect((await guard.finished(2))[0]).toBe('query listUsers');
    });
  });
}

async function send(port: number, line: string): Promise<number> {
  const [method = 'GET', path = '/'] = line.split(' ');
  return (await request(port, path, { method })).status;
}
