import { expect, it } from 'vitest';
import { ROOT } from '../src/mount.ts';
import type { RoutedContext } from '../src/router-internals.ts';

const at = (originalUrl: string, path: string) => ({ originalUrl, path }) as RoutedContext;

it('knows the mount that a request is still inside of by what is left of its path', () => {
  const inner = ROOT.inner('/a').inner('/b');
  expect(inner.pattern).toBe('/a/b');
  const around = (url: string, path: string) => inner.around(at(url, path)).pattern;
  expect(around('/a/b/users/1?page=2', '/users/1')).toBe('/a/b');
  expect(around('/a/b', '/')).toBe('/a/b');
  expect(around('/a/b/', '/')).toBe('/a/b');
  expect(around('/a/b/users', '/b/users')).toBe('/a');
  expect(around('/a/b', '/a/b')).toBe('');
  expect(around('http://host/a/b/users', '/users')).toBe('/a/b');
  expect(around('http://host/a/b/users', '/a/b/users')).toBe('');
});

it('is the same object each time', () => {
  expect(ROOT.inner('/a').inner('/b')).toBe(ROOT.inner('/a').inner('/b'));
  expect(ROOT.around(at('/a', '/'))).toBe(ROOT);
});

it('makes a bounded number, whatever an app says that it mounts at', () => {
  const made = new Set(Array.from({ length: 3000 }, (_, n) => ROOT.inner(`/${n}`)));
  expect(made.size).toBeLessThanOrEqual(1001);
  expect(ROOT.inner('/one-more')).toBe(ROOT);
  expect(ROOT.inner('/a').pattern).toBe('/a');
});
