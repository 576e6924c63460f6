import { expect, it } from 'vitest';
import { pathname } from '../../src/http/pathname.ts';

it.each([
  ['/users/1', '/users/1'],
  ['/users/1?next=/other', '/users/1'],
  ['http://host:80/users/1?a', '/users/1'],
  ['http://host?a', ''],
  ['//host/users', '//host/users'],
  ['*', '*'],
  ['', ''],
])('reads the path of %j as %j', (url, path) => {
  expect(pathname(url)).toBe(path);
});
