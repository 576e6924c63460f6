import { describe, expect, it } from 'vitest';
import { below, besideFile, filePath, installedPackage } from '../../src/frames/file-path.ts';
import { PackageVersions } from '../../src/frames/package-versions.ts';

describe('paths', () => {
  it.each([
    ['file:///app/src/a%20b.js', '/app/src/a b.js'],
    ['file:///C:/app/a.js', 'C:/app/a.js'],
    ['file://server/share/a.js', '//server/share/a.js'],
    ['C:\\app\\lib\\a.js', 'C:/app/lib/a.js'],
    ['\\\\server\\share\\a.js', '//server/share/a.js'],
    ['/app/a.cjs', '/app/a.cjs'],
    ['node:fs', null],
    ['evalmachine.<anonymous>', null],
    ['data:text/javascript,1', null],
    ['wasm://wasm/1', null],
    ['file:///%E0%A4%A', null],
    ['', null],
  ])('of a script named %s are %s', (url, path) => {
    expect(filePath(url)).toBe(path);
  });

  it('are shown below the working directory, whatever the case of the drive', () => {
    expect(below('/app', '/app/src/a.js')).toBe('src/a.js');
    expect(below('/app', '/apple/a.js')).toBe('/apple/a.js');
    expect(below('c:/App', 'C:/App/a.js')).toBe('a.js');
    expect(below('/', '/a.js')).toBe('a.js');
  });

  it('of what lies beside a file are resolved', () => {
    expect(besideFile('/app/dist/a.js', '../src/./a.ts')).toBe('/app/src/a.ts');
    expect(besideFile('/app/dist/a.js', '/b.ts')).toBe('/b.ts');
  });

  it('tell the package below the last node_modules', () => {
    const nested = '/app/node_modules/.pnpm/keyv@5/node_modules/@keyv/redis/dist/index.js';
    expect(installedPackage(nested)).toEqual({
      name: '@keyv/redis',
      folder: '/app/node_modules/.pnpm/keyv@5/node_modules/@keyv/redis',
    });
    expect(installedPackage('/app/src/a.js')).toBeNull();
    expect(installedPackage('/app/old_node_modules/a/b.js')).toBeNull();
  });
});

describe('the package of a file', () => {
  const files: Record<string, string> = {
    '/app/package.json': '{ "name": "app", "version": "1.0.0" }',
    '/app/node_modules/keyv/package.json': '{ "name": "keyv", "version": "5.5.0" }',
    '/app/node_modules/keyv/dist/esm/package.json': '{ "type": "module" }',
    '/app/node_modules/express4/package.json': '{ "name": "express", "version": "4.22.3" }',
    '/app/node_modules/broken/package.json': '{',
  };
  const reads: string[] = [];
  const packages = new PackageVersions((path) => {
    reads.push(path);
    return files[path] ?? null;
  });

  it('is that of the nearest package.json with a name and a version', () => {
    const keyv = packages.packageOf('/app/node_modules/keyv/dist/esm/a.js');
    expect(keyv).toEqual({ name: 'keyv', label: 'keyv@5.5.0', isInstalled: true, file: 'dist/esm/a.js' });
    expect(packages.packageOf('/app/src/a.js')).toMatchObject({ label: 'app@1.0.0', isInstalled: false });
  });

  it('has its own name, not that of its alias', () => {
    expect(packages.packageOf('/app/node_modules/express4/lib/router/index.js')?.name).toBe('express');
  });

  it("is named by its folder where it says nothing, never by the app's package.json", () => {
    expect(packages.packageOf('/app/node_modules/broken/a.js')?.label).toBe('broken');
    expect(packages.packageOf('/app/node_modules/@a/none/lib/a.js')?.label).toBe('@a/none');
  });

  it('is read once per folder', () => {
    const before = reads.length;
    packages.packageOf('/app/node_modules/keyv/dist/esm/b.js');
    expect(reads.length).toBe(before);
  });
});
