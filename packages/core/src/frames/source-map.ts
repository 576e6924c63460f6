import { FlattenMap, originalPositionFor, sourceContentFor, type TraceMap } from '@jridgewell/trace-mapping';
import { contained } from '../contain.ts';
import type { AppFiles } from './app-files.ts';
import { besideFile, filePath } from './file-path.ts';
import type { Position } from './script-outline.ts';

/** A place in the source that the app's author wrote; line and column count from 0. */
export interface OriginalPosition extends Position {
  /** Absolute path with forward slashes, or what the map calls it. */
  path: string;
  /** The name that was there before minifying, null where the map does not tell. */
  name: string | null;
}

/** The source map of one generated file. Decoded maps take ten times their size: use it and let it go. */
export class SourceMap {
  readonly #map: TraceMap;
  readonly #cwd: string;

  constructor(map: TraceMap, cwd: string) {
    this.#map = map;
    this.#cwd = cwd;
  }

  original({ line, column }: Position): OriginalPosition | null {
    const found = originalPositionFor(this.#map, { line: line + 1, column });
    if (found.source === null) return null;
    return {
      path: this.#pathOf(found.source),
      line: found.line - 1,
      column: found.column,
      name: found.name,
    };
  }

  /** The text of a source that the map carries, null where it does not. */
  content(path: string): string | null {
    const source = this.#map.resolvedSources.find((one) => one !== null && this.#pathOf(one) === path);
    return source === undefined ? null : sourceContentFor(this.#map, source);
  }

  /** Bundlers name sources `webpack://app/./src/a.ts`, below where they were run. */
  #pathOf(source: string): string {
    const path = filePath(source);
    if (path !== null) return path;
    const relative = source.replace(/^[a-z][\w+.-]*:\/\/[^/]*\//i, '');
    return besideFile(`${this.#cwd}/x`, relative);
  }
}

/** Finds the source map of a generated file: what the runtime has, what its last lines name, or `.map` beside it. */
export function findMap(path: string, source: string | null, files: AppFiles): SourceMap | null {
  const known = files.readMap(path);
  if (known !== null) return mapOf(known, path, files.cwd);
  if (source === null) return null;
  const url = mapUrl(source);
  if (url?.startsWith('data:')) return mapOf(dataOf(url), path, files.cwd);
  const file =
    url === null
      ? `${path}.map`
      : (filePath(url) ??
        besideFile(
          path,
          contained(() => decodeURI(url), url),
        ));
  return mapOf(files.readSource(file), file, files.cwd);
}

function mapOf(map: object | string | null, file: string, cwd: string): SourceMap | null {
  if (map === null) return null;
  return contained(() => new SourceMap(new FlattenMap(map as never, file), cwd), null);
}

/** The last `//# sourceMappingURL=` of a file. */
function mapUrl(source: string): string | null {
  const at = source.lastIndexOf('sourceMappingURL=');
  if (at < 0) return null;
  const isComment = /(?:\/\/|\/\*)[#@]\s*$/.test(source.slice(Math.max(0, at - 10), at));
  return isComment ? (/^[^\s'"*]+/.exec(source.slice(at + 'sourceMappingURL='.length))?.[0] ?? null) : null;
}

function dataOf(url: string): string | null {
  const comma = url.indexOf(',');
  const data = url.slice(comma + 1);
  if (url.slice(0, comma).endsWith(';base64')) return Buffer.from(data, 'base64').toString('utf8');
  return contained(() => decodeURIComponent(data), null);
}
