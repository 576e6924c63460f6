import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { encodedMappings, TraceMap } from '@jridgewell/trace-mapping';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { processFiles } from '../../src/frames/app-files.ts';
import { FrameMap } from '../../src/frames/frame-map.ts';
import { appFolder, mostly, type SampledApp, sampleApp } from './sampled-app.ts';

const TSC = resolve(import.meta.dirname, '../../../../node_modules/typescript/bin/tsc');

const MODULES = ['--module', 'esnext', '--moduleResolution', 'bundler'];
const COMMONJS = ['--module', 'commonjs', '--moduleResolution', 'bundler'];

const SOURCES = {
  'src/app.ts': `
import express from 'express';
import { type Order, OrderRepository } from './repository.js';
import { wrap } from 'some-package';

interface Answer { id: string }

const repository = new OrderRepository();
export const app = express();
app.get('/orders/:id', async (req: { params: { id: string } }, res: { json(answer: Answer): void }): Promise<void> => {
  const order: Order = await repository.find(req.params.id);
  res.json({ id: order.id });
});
app.get('/wrap', function wrapped(_req: unknown, res: { end(): void }) { wrap('a'); res.end(); });
export const paths: string[] = ['/orders/1', '/wrap'];
`,
  'src/repository.ts': `
export interface Order { id: string; values: number[] }

// A comment, so that lines differ from what runs.
export class OrderRepository {
  readonly #seen: Map<number, Order> = new Map();
  static count: number = 0;

  async find(id: string): Promise<Order> {
    await new Promise<void>((resolve) => setTimeout(resolve, 1));
    return this.leakOfOrders(id);
  }

  private leakOfOrders(id: string): Order {
    const order: Order = { id, values: new Array<number>(80).fill(0) };
    this.#seen.set(OrderRepository.count++, order);
    return order;
  }
}
`,
  'src/modules.d.ts': `declare module 'express'; declare module 'some-package';`,
  'node_modules/some-package/package.json':
    '{ "name": "some-package", "version": "3.1.4", "type": "module", "exports": "./index.js" }',
  'node_modules/some-package/index.js': `
const kept = [];
export function wrap(name) { leakOfWrap(name); }
function leakOfWrap(name) { kept.push({ name, values: new Array(80).fill(0) }); }
`,
};

/** What the compiler made by its flags. */
const outputs = new Map<string, string>();

function compiled(...flags: string[]): string {
  const type = flags.includes('commonjs') ? 'commonjs' : 'module';
  const folder = appFolder({ ...SOURCES, 'package.json': JSON.stringify({ type }) }, ['express']);
  const output = outputs.get(flags.join()) ?? compile(flags);
  outputs.set(flags.join(), output);
  cpSync(output, join(folder, 'dist'), { recursive: true });
  return folder;
}

function compile(flags: string[]): string {
  const folder = appFolder(SOURCES, [], afterAll);
  const files = ['src/app.ts', 'src/modules.d.ts'];
  const options = ['--outDir', 'dist', '--target', 'es2022', '--types', '', ...flags];
  execFileSync(process.execPath, [TSC, ...files, ...options], { cwd: folder, stdio: 'pipe' });
  return join(folder, 'dist');
}

function expectOriginal(sampled: SampledApp): void {
  expect(sampled.answers(sampled.of('leakOfOrders'))).toEqual(mostly('learned GET /orders/:id'));
  const [heaviest] = sampled.of('leakOfOrders');
  expect(sampled.frames.describe(heaviest!.stack).allocating).toEqual({
    function: 'leakOfOrders',
    file: 'src/repository.ts',
    line: 14,
    column: 23,
  });
  const leak = heaviest!.stack.find(({ name }) => name === 'leakOfOrders')!;
  const [keeps] = sampled.frames.lines(leak);
  expect(keeps).toMatchObject({ line: 16, kind: 'keeps', container: 'this.#seen' });
  expect(keeps!.text).toBe('this.#seen.set(OrderRepository.count++, order)');
}

function expectAsItRuns(sampled: SampledApp, file: string): void {
  expect(sampled.answers(sampled.of('leakOfOrders'))).toEqual(mostly('learned GET /orders/:id'));
  const [heaviest] = sampled.of('leakOfOrders');
  expect(sampled.frames.describe(heaviest!.stack).allocating).toMatchObject({ file });
}

describe('compiled code', () => {
  it('is told by its sources where the runtime has their map', () => {
    const folder = compiled(...COMMONJS, '--sourceMap');
    const path = join(folder, 'dist/repository.js');
    const files = processFiles(() => 0);
    expect(files.readMap(path)).toBeNull();
    process.setSourceMapsEnabled(true);
    onTestFinished(() => process.setSourceMapsEnabled(false));
    createRequire(import.meta.url)(path);
    expect(files.readMap(path)).not.toBeNull();
    rmSync(`${path}.map`);
    const frames = new FrameMap({ ...files, cwd: folder });
    const text = readFileSync(path, 'utf8').split('\n');
    const line = text.findIndex((one) => one.includes('async find'));
    const find = {
      name: 'find',
      scriptId: 1,
      url: pathToFileURL(path).href,
      line,
      column: text[line]!.indexOf('('),
    };
    expect(frames.frame(find)).toMatchObject({ function: 'find', file: 'src/repository.ts', line: 9 });
  });

  it('is told by its sources where the map lies beside it, the sources being gone, and as it runs without the map', async () => {
    const folder = compiled(...MODULES, '--sourceMap', '--inlineSources');
    const sampled = await sampleApp(folder, { file: 'dist/app.js' });
    rmSync(join(folder, 'src'), { recursive: true });
    expectOriginal(sampled.again());
    for (const name of ['app', 'repository']) rmSync(join(folder, `dist/${name}.js.map`));
    expectAsItRuns(sampled.again(), 'dist/repository.js');
  });

  it('is told by its sources where the map is in the file', async () => {
    expectOriginal(await sampleApp(compiled(...COMMONJS, '--inlineSourceMap'), { file: 'dist/app.js' }));
  });
});

describe('a bundled server', () => {
  /** All in one file, by a map of sections: what any bundler does, without one. */
  function bundled(): string {
    const folder = compiled(...MODULES, '--sourceMap', '--inlineSources');
    const parts = ['dist/repository.js', 'dist/app.js', 'node_modules/some-package/index.js'];
    const sections: object[] = [];
    let text = "import express from 'express';\n";
    for (const part of parts) {
      const source = readFileSync(join(folder, part), 'utf8')
        .replace(/^import .*$|^\/\/# .*$/gm, '//')
        .replace(/^export (?=function wrap)/m, '');
      const offset = { line: text.split('\n').length - 1, column: 0 };
      const isOwn = part.startsWith('dist');
      const map = isOwn
        ? JSON.parse(readFileSync(join(folder, `${part}.map`), 'utf8'))
        : identity(part, source);
      sections.push({ offset, map });
      text += `${source}\n`;
    }
    writeFileSync(join(folder, 'dist/server.js'), `${text}//# sourceMappingURL=server.js.map\n`);
    writeFileSync(join(folder, 'dist/server.js.map'), JSON.stringify({ version: 3, sections }));
    return folder;
  }

  /** Every word of it is where it was. */
  function identity(part: string, source: string): object {
    const mappings = source
      .split('\n')
      .map((line, at) => [...line.matchAll(/[\w$]+|\(/g)].map(({ index }) => [index, 0, at, index]));
    const map = { version: 3, sources: [`webpack://app/./${part}`], names: [], mappings };
    return { ...map, mappings: encodedMappings(new TraceMap(map as never)) };
  }

  it('is told by the files and packages it was made of, and without a map as one file', async () => {
    const folder = bundled();
    const sampled = await sampleApp(folder, { file: 'dist/server.js' });
    expectOriginal(sampled);
    const wrap = sampled.frames.describe(sampled.of('leakOfWrap')[0]!.stack);
    expect(wrap.entry).toMatchObject({
      function: 'wrap',
      file: 'node_modules/some-package/index.js',
      line: 3,
      package: 'some-package@3.1.4',
    });
    expect(wrap.handler).toMatchObject({ function: 'wrapped', file: 'src/app.ts', line: 14 });
    rmSync(join(folder, 'dist/server.js.map'));
    expectAsItRuns(sampled.again(), 'dist/server.js');
  });
});
