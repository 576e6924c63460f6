import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordingGuard, request } from '@leakguard/test-utils';
import type { Express as App, RequestHandler } from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { leakGuard } from '../src/index.ts';
import { type Express, listen, MAJORS } from './majors.ts';

const ok: RequestHandler = (_req, res) => void res.end('ok');

interface Case {
  title: string;
  only?: number;
  build(app: App, express: Express): void;
  /** Requested scope by path. */
  expected: [path: string, scope: string][];
}

function usersRouter(express: Express, options: { mergeParams?: boolean } = {}) {
  const router = express.Router(options);
  router.get('/users/:id', ok);
  return router;
}

const CASES: Case[] = [
  {
    title: 'names each path of a mount given as an array',
    build: (app, express) => app.use(['/v1', ['/v2', '/orgs/:org']] as string[], usersRouter(express)),
    expected: [
      ['/v1/users/1', 'GET /v1/users/:id'],
      ['/v2/users/1', 'GET /v2/users/:id'],
      ['/orgs/9/users/1', 'GET /orgs/:org/users/:id'],
      ['/v1/users/2', 'GET /v1/users/:id'],
    ],
  },
  {
    title: 'names each path of a route given as an array',
    build: (app) => app.get(['/a/:x', '/b/:y/c'], ok),
    expected: [
      ['/a/1?b=/b/1/c', 'GET /a/:x'],
      ['/b/1/c', 'GET /b/:y/c'],
    ],
  },
  {
    title: 'shows regular expressions as they were written',
    build: (app, express) => {
      app.use(/^\/v\d+/, usersRouter(express));
      app.get(/^\/files\/(.+)$/, ok);
    },
    expected: [
      ['/v12/users/3', 'GET /^\\/v\\d+//users/:id'],
      ['/files/secret.txt', 'GET /^\\/files\\/(.+)$/'],
    ],
  },
  {
    title: 'tells regular expressions and strings of one array apart',
    build: (app) => app.get([/^\/r(\d+)$/, '/s/:id'], ok),
    expected: [
      ['/r12', 'GET /^\\/r(\\d+)$/'],
      ['/s/3', 'GET /s/:id'],
    ],
  },
  {
    title: 'names app.route() by its path',
    build: (app) => app.route('/books/:isbn').get(ok),
    expected: [['/books/1', 'GET /books/:isbn']],
  },
  {
    title: 'puts the mount of an app before its routes',
    build: (app, express) => {
      const inner = express();
      inner.use('/deep', usersRouter(express));
      const admin = express();
      admin.get('/stats', ok);
      admin.use('/:tenant', inner);
      app.use(['/admin', '/manage'], admin);
    },
    expected: [
      ['/admin/stats', 'GET /admin/stats'],
      ['/manage/stats', 'GET /manage/stats'],
      ['/manage/acme/deep/users/1', 'GET /manage/:tenant/deep/users/:id'],
      ['/admin/nowhere', '(unmatched)'],
    ],
  },
  {
    title: 'names routes of routers that share parameters with their mount',
    build: (app, express) => app.use('/orgs/:org', usersRouter(express, { mergeParams: true })),
    expected: [['/orgs/1/users/2', 'GET /orgs/:org/users/:id']],
  },
  {
    title: 'names routes whose parameters are loaded first, also asynchronously',
    build: (app, express) => {
      const router = usersRouter(express);
      router.param('id', (_req, _res, next) => void setImmediate(next));
      app.param('org', (_req, _res, next) => next());
      app.use('/orgs/:org', router);
    },
    expected: [['/orgs/1/users/2', 'GET /orgs/:org/users/:id']],
  },
  {
    title: 'names the mount when loading a parameter fails',
    build: (app, express) => {
      const router = usersRouter(express);
      router.param('id', (_req, _res, next) => next(new Error('no such user')));
      app.use('/orgs/:org', router);
    },
    expected: [['/orgs/1/users/2', 'GET /orgs/:org (middleware)']],
  },
  {
    title: 'names routers behind a function of the app',
    build: (app, express) => {
      const router = usersRouter(express);
      app.use('/x/:y', (req, res, next) => router(req, res, next));
    },
    expected: [['/x/1/users/2', 'GET /x/:y/users/:id']],
  },
  {
    title: 'names a router that is made for every request',
    build: (app, express) => app.use('/x', (req, res, next) => usersRouter(express)(req, res, next)),
    expected: [
      ['/x/users/1', 'GET /x/users/:id'],
      ['/x/users/2', 'GET /x/users/:id'],
    ],
  },
  {
    title: 'names routes in the case that they were written in',
    build: (app, express) => app.use('/Api', usersRouter(express)),
    expected: [['/aPI/USERS/1', 'GET /Api/users/:id']],
  },
  {
    title: 'names what a rewritten request ran into when it went through the app again',
    build: (app, express) => {
      app.use('/new', usersRouter(express));
      app.get('/old/:id', (req, res) => {
        req.url = `/new/users/${req.params.id}`;
        (app as unknown as { handle(...args: unknown[]): void }).handle(req, res);
      });
    },
    expected: [['/old/1', 'GET /new/users/:id']],
  },
  {
    title: 'names the route after next("route") and next("router")',
    build: (app, express) => {
      const router = express.Router();
      router.get('/skip/:a', (_req, _res, next) => next('route'));
      router.get('/leave/:a', (_req, _res, next) => next('router'));
      router.get('/skip/:b', ok);
      app.use('/m', router);
      app.get('/m/leave/:c', ok);
    },
    expected: [
      ['/m/skip/1', 'GET /m/skip/:b'],
      ['/m/leave/1', 'GET /m/leave/:c'],
    ],
  },
  {
    title: 'names files served without a route by their mount',
    build: (app, express) => {
      const folder = mkdtempSync(join(tmpdir(), 'leakguard-static-'));
      writeFileSync(join(folder, 'a.txt'), 'a');
      app.use('/static', express.static(folder), usersRouter(express));
      app.use(express.static(folder));
    },
    expected: [
      ['/static/a.txt', 'GET /static (middleware)'],
      ['/static/users/1', 'GET /static/users/:id'],
      ['/a.txt', 'GET / (middleware)'],
      ['/b.txt', '(unmatched)'],
    ],
  },
  {
    title: 'names a catch-all that answers 404 by its mount, since it did answer',
    build: (app) => app.use((_req, res) => void res.status(404).end()),
    expected: [['/nowhere', 'GET / (middleware)']],
  },
  {
    title: 'sees middleware of a path that cannot be decoded as an error of no route',
    build: (app, express) => app.use('/api', usersRouter(express)),
    expected: [['/api/users/%E0%A4%A', 'GET /api (middleware)']],
  },
  {
    title: 'understands every kind of path that Express 4 has, in mounts and routes',
    only: 4,
    build: (app, express) => {
      for (const path of [
        '/o/:a/:b?',
        '/d/:n(\\d+)',
        '/w/*/end',
        '/f/:name.:ext',
        '/g/(x)?',
        '/s.t',
        '/p/:from-:to',
      ]) {
        app.use(`${path}/m`, usersRouter(express));
        app.get(path, ok);
      }
      app.get('*', ok);
    },
    expected: [
      ['/o/1', 'GET /o/:a/:b?'],
      ['/o/1/2', 'GET /o/:a/:b?'],
      ['/o/1/2/m/users/3', 'GET /o/:a/:b?/m/users/:id'],
      ['/d/12', 'GET /d/:n(\\d+)'],
      ['/d/12/m/users/3', 'GET /d/:n(\\d+)/m/users/:id'],
      ['/w/1/2/end', 'GET /w/*/end'],
      ['/w/1/2/end/m/users/3', 'GET /w/*/end/m/users/:id'],
      ['/f/a.txt', 'GET /f/:name.:ext'],
      ['/f/a.txt/m/users/3', 'GET /f/:name.:ext/m/users/:id'],
      ['/s.t/m/users/3', 'GET /s.t/m/users/:id'],
      ['/p/a-b/m/users/3', 'GET /p/:from-:to/m/users/:id'],
      ['/anything/else', 'GET /*'],
    ],
  },
  {
    title: 'understands every kind of path that Express 5 has, in mounts and routes',
    only: 5,
    build: (app, express) => {
      for (const path of ['/o{/:b}', '/w/*path/end', '/f/:name.:ext', '/user-:id']) {
        app.use(`${path}/m`, usersRouter(express));
        app.get(path, ok);
      }
      app.get('/*rest', ok);
    },
    expected: [
      ['/o', 'GET /o{/:b}'],
      ['/o/1', 'GET /o{/:b}'],
      ['/o/1/m/users/2', 'GET /o{/:b}/m/users/:id'],
      ['/w/1/2/end', 'GET /w/*path/end'],
      ['/w/1/2/end/m/users/3', 'GET /w/*path/end/m/users/:id'],
      ['/f/a.txt/m/users/3', 'GET /f/:name.:ext/m/users/:id'],
      ['/user-7/m/users/3', 'GET /user-:id/m/users/:id'],
      ['/anything/else', 'GET /*rest'],
    ],
  },
];

for (const { major, name, express } of MAJORS) {
  const start = async (build: (app: App) => void) => {
    const app = express();
    const guard = recordingGuard();
    app.use(leakGuard({ guard }));
    build(app);
    const running = await listen(app);
    onTestFinished(() => running.close());
    return { app, guard, port: running.port };
  };

  describe(`${name}: route patterns`, () => {
    const cases = CASES.filter(({ only = major }) => only === major);
    it.each(cases)('$title', async ({ build, expected }) => {
      const { guard, port } = await start((app) => build(app, express));
      for (const [path] of expected) await request(port, path);
      const scopes = await guard.finished(expected.length);
      expect(scopes).toEqual(expected.map(([, scope]) => scope));
      expect(guard.inFlight()).toBe(0);
    });

    it('ignores mounts and routes without a leading slash, which Express never matches', async () => {
      const { guard, port } = await start((app) => {
        app.use('api', usersRouter(express));
        app.get('plain', ok);
      });
      await request(port, '/api/users/1');
      await request(port, '/plain');
      expect(await guard.finished(2)).toEqual(['(unmatched)', '(unmatched)']);
    });

    it('names routes and routers that are added while the app runs', async () => {
      const { app, guard, port } = await start(() => {});
      await request(port, '/late/users/1');
      app.use('/late', usersRouter(express));
      await request(port, '/late/users/1');
      expect(await guard.finished(2)).toEqual(['(unmatched)', 'GET /late/users/:id']);
    });

    it('names each of many requests that interleave in asynchronous handlers and shared routers', async () => {
      const later: RequestHandler = (_req, _res, next) => void setImmediate(() => setImmediate(next));
      const { guard, port } = await start((app) => {
        const shared = express.Router({ mergeParams: true });
        shared.use(later);
        shared.get('/users/:id', later, ok);
        for (const mount of ['/a', '/b/:x', ['/c', '/d']]) app.use(mount, later, shared);
      });
      const paths = ['/a', '/b/1', '/c', '/d', '/b/2'].flatMap((mount) =>
        [1, 2, 3, 4].map((id) => `${mount}/users/${id}`),
      );
      await Promise.all(paths.map((path) => request(port, path)));
      await guard.finished(20);
      expect(guard.finishedByScope()).toEqual({
        'GET /a/users/:id': 4,
        'GET /b/:x/users/:id': 8,
        'GET /c/users/:id': 4,
        'GET /d/users/:id': 4,
      });
    });

    it('names a 404 error by its route where the router remembers errors, else as unmatched', async () => {
      const { guard, port } = await start((app) => {
        app.get('/users/:id', (_req, _res, next) =>
          next(Object.assign(new Error('no such user'), { status: 404 })),
        );
      });
      const { status } = await request(port, '/users/1');
      expect(status).toBe(404);
      expect(await guard.finished(1)).toEqual([major === 4 ? '(unmatched)' : 'GET /users/:id']);
    });

    it('names a preflight that the router answers itself by where it was answered', async () => {
      const { guard, port } = await start((app) => void app.use('/api', usersRouter(express)));
      const { headers } = await request(port, '/api/users/1', { method: 'OPTIONS' });
      expect(headers.allow).toContain('GET');
      expect(await guard.finished(1)).toEqual(['OPTIONS /api (middleware)']);
    });

    it('makes no scope of a method that a middleware made up', async () => {
      const { guard, port } = await start((app) => {
        app.use((req, _res, next) => {
          req.method = String(req.headers['x-method']);
          next();
        });
        app.all('/users/:id', ok);
        app.use('/users', ok);
      });
      for (const method of ['PUT', 'FOO', 'BAR'])
        await request(port, '/users/1', { headers: { 'x-method': method } });
      const scopes = await guard.finished(3);
      expect(scopes[0]).toBe('PUT /users/:id');
      expect(scopes.slice(1).every((scope) => scope.startsWith('OTHER /users'))).toBe(true);
      expect(guard.scopeNames).toHaveLength(2);
    });

    it('names routes beside a guard that is mounted at a path', async () => {
      const guard = recordingGuard();
      const app = express();
      app.use('/api', leakGuard({ guard }), usersRouter(express));
      app.get('/health', ok);
      const running = await listen(app);
      onTestFinished(() => running.close());
      await request(running.port, '/api/users/1');
      await request(running.port, '/health');
      await request(running.port, '/api/users/2');
      expect(await guard.finished(2)).toEqual(['GET /api/users/:id', 'GET /api/users/:id']);
      expect(guard.units).toHaveLength(2);
    });
  });
}
