import { createRequire } from 'node:module';
import { recordingGuard, request } from '@leakguard/test-utils';
import { describe, expect, it, onTestFinished } from 'vitest';
import { leakGuard } from '../src/index.ts';
import { observePath } from '../src/observed-path.ts';
import type { Layer } from '../src/router-internals.ts';
import { freshExpress, listen } from './majors.ts';

/** The matcher that router 2 makes of a mount. */
function matcherOf(path: unknown) {
  const router = freshExpress(5).Router();
  router.use(path as string, (_req, _res, next) => next());
  return (router.stack[0] as unknown as Layer).matchers?.[0];
}

describe('observePath', () => {
  it.each([
    ['/api', '/api', '/api'],
    ['/orgs/:org', '/orgs/42', '/orgs/:org'],
    ['/orgs/:org', '/orgs/orgs', '/orgs/:org'],
    ['/:org/of/:team', '/of/of/of', '/:org/of/:team'],
    ['/orgs/:org', '/orgs/a%20b', '/orgs/:org'],
    ['/o{/:b}', '/o/1', '/o/:b'],
  ])('works %s out of %s', (path, seen, pattern) => {
    expect(observePath(matcherOf(path), seen)).toBe(pattern);
  });

  it.each([
    ['a part of a segment', '/user-:id', '/user-42'],
    ['a wildcard', '/files/*path', '/files/secret/name'],
    ['a regular expression', /^\/t\d+/, '/t12'],
    ['what it does not match', '/api', '/other'],
  ])('gives no pattern for %s, so that no URL is shown', (_what, path, seen) => {
    expect(observePath(matcherOf(path), seen)).toBeUndefined();
  });

  it('gives no pattern without a matcher', () => {
    expect(observePath(undefined, '/a')).toBeUndefined();
  });
});

/** Express 5.0 to 5.2 as most lock files have it: its router keeps no path of a mount. */
const require = createRequire(import.meta.url);
const olderRouter: () => import('express').Router = require('router-2-2');

describe('Express 5 on router 2.2', () => {
  it('names routes below mounts by patterns all the same', async () => {
    const app = freshExpress(5)();
    Object.defineProperty(app, 'router', { value: olderRouter() });
    const guard = recordingGuard();
    const router = olderRouter();
    router.get('/users/:id', (_req, res) => void res.end());
    app.use(leakGuard({ guard }));
    app.use(['/v1/:org', '/v2'], router);
    app.use(/^\/r\d/, router);
    app.use('/user-:name', router);
    const running = await listen(app);
    onTestFinished(() => running.close());
    const paths = [
      '/v1/acme/users/1',
      '/v2/users/1',
      '/v1/other/users/2',
      '/r1/users/1',
      '/user-joe/users/1',
      '/nowhere',
    ];
    for (const path of paths) await request(running.port, path);
    expect(await guard.finished(6)).toEqual([
      'GET /v1/:org/users/:id',
      'GET /v2/users/:id',
      'GET /v1/:org/users/:id',
      'GET (mount)/users/:id',
      'GET (mount)/users/:id',
      '(unmatched)',
    ]);
  });
});
