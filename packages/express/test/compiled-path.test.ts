import { describe, expect, it } from 'vitest';
import { decompilePath } from '../src/compiled-path.ts';
import type { Layer } from '../src/router-internals.ts';
import { MAJORS } from './majors.ts';

const { express } = MAJORS[0]!;

/** How Express 4 itself compiles a mount. */
function compile(path: unknown): Required<Pick<Layer, 'regexp' | 'keys'>> {
  const router = express.Router();
  router.use(path as string, (_req, _res, next) => next());
  return router.stack[0] as never;
}

function patterns(path: unknown): string[] {
  const { regexp, keys } = compile(path);
  return decompilePath(regexp, keys).map((each) => each.pattern);
}

describe('decompilePath', () => {
  it.each([
    '/api',
    '/orgs/:org',
    '/orgs/:org/teams/:team',
    '/a/:b?',
    '/a/:b?/c',
    '/:a-:b',
    '/:name.:ext',
    '/v:major.:minor?',
    '/d/:n(\\d+)',
    '/d/:n(a|b)',
    '/f/*',
    '/f/*/g/*',
    '*',
    '/s.t',
    '/caf\u00e9',
    '/dash-ed_under~tilde',
    '/g/(x)?',
    '/h/(x|y)/:z',
  ])('gives back %s', (path) => {
    expect(patterns(path)).toEqual([path]);
  });

  it('tells the alternatives of arrays apart, also nested ones', () => {
    const { regexp, keys } = compile(['/v1/:a', ['/v2/:b(x|y)', '/v3']]);
    const paths = decompilePath(regexp, keys);
    expect(paths.map((each) => each.pattern)).toEqual(['/v1/:a', '/v2/:b(x|y)', '/v3']);
    expect(paths.map((each) => each.regexp.test('/v2/x'))).toEqual([false, true, false]);
  });

  it('shows an expression that the app wrote as its literal, alone and among strings', () => {
    expect(patterns(/^\/v\d+/i)).toEqual(['/^\\/v\\d+/i']);
    expect(patterns([/^\/v(\d+)/, '/x/:y'])).toEqual(['/^\\/v(\\d+)/i', '/x/:y']);
  });

  it('keeps the keys of later alternatives right after one that it does not understand', () => {
    const { regexp, keys } = compile([/^\/(?<major>\d+)(?=-)[{}]?/, '/x/:y']);
    expect(decompilePath(regexp, keys).at(-1)?.pattern).toBe('/x/:y');
  });

  it('reads what path-to-regexp 0.1.7 compiled, which Express 4.17 has', () => {
    const keys = [{ name: 'org' }, { name: 'team' }];
    const single = /^\/orgs\/(?:([^/]+?))(?:\/([^/]+?))?\/?(?=\/|$)/i;
    expect(decompilePath(single, keys)[0]?.pattern).toBe('/orgs/:org/:team?');
    const array = /(?:^\/v1\/(?:([^/]+?))\/?(?=\/|$)|^\/v2\/(?:([^/]+?))\/?(?=\/|$))/i;
    expect(decompilePath(array, keys).map((each) => each.pattern)).toEqual(['/v1/:org', '/v2/:team']);
  });

  it('never shows less than the expression when it is none of a router', () => {
    for (const regexp of [/x/, /[(|]\)/, /^(?<!a)b/, /^a{2}\/?(?=\/|$)/]) {
      expect(decompilePath(regexp, []).map((each) => each.pattern)).toEqual([String(regexp)]);
    }
  });
});
