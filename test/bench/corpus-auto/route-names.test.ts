import { expect, test } from 'vitest';
import { OTHER_ROUTE, routeNames } from '../../../bench/corpus-auto/route-names.mjs';

const nameOf = routeNames(['GET /users/:id', 'GET /users/me', 'POST /users/:id', 'GET /files/a.b/:name']);

test('a request is named by the pattern of its route, the query left out', () => {
  expect(nameOf('GET', '/users/7?full=1')).toBe('GET /users/:id');
  expect(nameOf('POST', '/users/7')).toBe('POST /users/:id');
});

test('a fixed path wins over a parameter, wherever it is in the list', () => {
  expect(nameOf('GET', '/users/me')).toBe('GET /users/me');
});

test('a parameter is one segment, and a dot is a dot', () => {
  expect(nameOf('GET', '/users/7/friends')).toBe(OTHER_ROUTE);
  expect(nameOf('GET', '/files/a.b/c')).toBe('GET /files/a.b/:name');
  expect(nameOf('GET', '/files/axb/c')).toBe(OTHER_ROUTE);
});

test('another method is another route', () => {
  expect(nameOf('PUT', '/users/7')).toBe(OTHER_ROUTE);
});
