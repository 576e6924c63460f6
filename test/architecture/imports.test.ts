import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Stages of core, in the order in which they may be imported: each may import itself and those before it. */
const STAGES = ['frames', 'measure', 'attribute', 'decide', 'report'];
/** Files of core that every stage may import. */
const COMMON = new Set(['types', 'report-types', 'site-types', 'internal-types', 'errors', 'contain']);
/** What a package may import of this repository. */
const PACKAGES: Record<string, string[]> = {
  core: [],
  express: ['@leakguard/core', '@leakguard/core/adapter'],
  koa: ['@leakguard/core', '@leakguard/core/adapter'],
  bullmq: [
    ...['@leakguard/core', '@leakguard/core/adapter', '@leakguard/core/isolate'],
    '@leakguard/core/quantities',
  ],
  cli: [
    ...['@leakguard/core', '@leakguard/core/quantities'],
    ...['@leakguard/core/control', '@leakguard/core/snapshot'],
    ...['@leakguard/bullmq', '@leakguard/bullmq/audit', '@leakguard/bullmq/supervise'],
  ],
  'test-utils': ['@leakguard/core'],
};

interface Import {
  from: string;
  to: string;
}

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => ({
    from: file,
    to: match[1]!,
  }));
}

function stageOf(file: string, src: string): string {
  return relative(src, file).split(sep)[0]!.replace(/\.ts$/, '');
}

/** Imports inside core that run against the order of its stages. */
export function wrongStages(imports: readonly Import[], src: string): string[] {
  return imports
    .filter(({ to }) => to.startsWith('.'))
    .map(({ from, to }) => ({ from: stageOf(from, src), to: stageOf(resolve(dirname(from), to), src) }))
    .filter(({ from, to }) => {
      if (!STAGES.includes(from) || COMMON.has(to)) return false;
      return !STAGES.includes(to) || STAGES.indexOf(to) > STAGES.indexOf(from);
    })
    .map(({ from, to }) => `${from} -> ${to}`);
}

describe('imports run one way', () => {
  const core = join(root, 'packages/core/src');

  it('inside core: report -> decide -> attribute -> measure', () => {
    expect(wrongStages(sources(core).flatMap(importsOf), core)).toEqual([]);
  });

  it('and this test would notice one that does not', () => {
    const from = join(core, 'measure/floor.ts');
    expect(wrongStages([{ from, to: '../decide/thresholds.ts' }], core)).toEqual(['measure -> decide']);
    expect(wrongStages([{ from, to: '../guard.ts' }], core)).toEqual(['measure -> guard']);
    expect(wrongStages([{ from: join(core, 'report/x.ts'), to: '../measure/floor.ts' }], core)).toEqual([]);
  });

  it.each(Object.entries(PACKAGES))('package %s imports of this repository only %j', (name, allowed) => {
    const src = join(root, 'packages', name, 'src');
    const imports = sources(src).flatMap(importsOf);
    expect(imports.length).toBeGreaterThan(0);
    const own = imports
      .filter(({ to }) => to.startsWith('@leakguard/') || to === 'leakguard')
      .map(({ to }) => to);
    expect(own.filter((to) => !allowed.includes(to))).toEqual([]);
    const outside = imports.filter(
      ({ from, to }) => to.startsWith('.') && !resolve(dirname(from), to).startsWith(src),
    );
    expect(outside).toEqual([]);
  });

  it('knows every package', () => {
    expect(readdirSync(join(root, 'packages')).sort()).toEqual(Object.keys(PACKAGES).sort());
  });

  it.each(['express', 'koa'])('the adapter of %s does not import it at run time', (framework) => {
    const text = sources(join(root, `packages/${framework}/src`)).map((file) => readFileSync(file, 'utf8'));
    const imports = new RegExp(`^import (?!type)[^;]*from '${framework}'`, 'm');
    expect(text.filter((source) => imports.test(source))).toEqual([]);
  });
});
