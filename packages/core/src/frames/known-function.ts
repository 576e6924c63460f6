import { LRUCache } from 'lru-cache';
import type { ProfiledFunction } from '../internal-types.ts';
import type { Frame } from '../site-types.ts';
import type { AppFiles } from './app-files.ts';
import { below, filePath, isNodes } from './file-path.ts';
import { isLeakguard, ownership, type PackageRole, packageRole } from './framework-packages.ts';
import { functionKey, keyNumber } from './function-key.ts';
import { type FilePackage, PackageVersions } from './package-versions.ts';
import type { Scripts } from './scripts.ts';
import type { OriginalPosition } from './source-map.ts';

/** Functions that are remembered, some 500 bytes each; a profile of a large server names two or three thousand. */
const MAX_FUNCTIONS = 3000;
const MAX_SCRIPTS = 2000;

/** What a function is on a stack: V8's own, Node's, of a package, or the app's. */
type FunctionKind = 'native' | 'node' | PackageRole | 'app';

/** A function of a profile, and what its place tells. */
export interface KnownFunction {
  readonly key: string;
  readonly number: number;
  readonly profiled: ProfiledFunction;
  readonly kind: FunctionKind;
  /** Of the file that runs, null where there is none. */
  readonly path: string | null;
  /** Where it was written, where a source map tells. */
  readonly original: OriginalPosition | null;
  readonly package: FilePackage | null;
}

/** Looks functions of profiles up: each is classified once while it is remembered. */
export class FunctionTable {
  readonly #scripts: Scripts;
  readonly #files: AppFiles;
  readonly #packages: PackageVersions;
  readonly #byKey: LRUCache<string, KnownFunction> = new LRUCache({ max: MAX_FUNCTIONS });
  readonly #scriptIds: LRUCache<string, number> = new LRUCache({ max: MAX_SCRIPTS });
  readonly #urls: LRUCache<number, string> = new LRUCache({ max: MAX_SCRIPTS });
  /** Stacks of one profile share their functions: these need no text to be looked up. */
  readonly #byObject = new WeakMap<ProfiledFunction, KnownFunction>();

  constructor(files: AppFiles, scripts: Scripts) {
    this.#files = files;
    this.#scripts = scripts;
    this.#packages = new PackageVersions((path) => files.readSource(path));
  }

  of(given: ProfiledFunction): KnownFunction {
    const known = this.#byObject.get(given);
    if (known !== undefined) return known;
    const profiled = this.#withUrl(given);
    const key = functionKey(profiled);
    // Native functions all start nowhere, so they have one key.
    let found = profiled.line < 0 ? undefined : this.#byKey.get(key);
    if (found === undefined || saysMore(profiled, found.profiled)) {
      found = this.#classify(key, profiled);
      if (profiled.line >= 0) this.#byKey.set(key, found);
      if (found.path !== null && profiled.scriptId > 0) this.#scriptIds.set(found.path, profiled.scriptId);
    }
    // Of a located one the url may be known the next time.
    if (found.profiled.url !== '' || profiled.line < 0) this.#byObject.set(given, found);
    return found;
  }

  /** Located functions come without the url of their script, which those of profiles have. */
  #withUrl(profiled: ProfiledFunction): ProfiledFunction {
    const { scriptId, url, line } = profiled;
    if (line < 0) return profiled;
    if (url !== '') this.#urls.set(scriptId, url);
    const known = url === '' ? this.#urls.get(scriptId) : undefined;
    return known === undefined ? profiled : { ...profiled, url: known };
  }

  /** Of whose memory a function's is; null for Node's own and native ones, which work for whoever called them. */
  ownership({ url, line }: ProfiledFunction): ReturnType<typeof ownership> | null {
    if (isNodes(url) || (url === '' && line <= 0)) return null;
    const path = filePath(url);
    const from = path === null ? null : this.#packages.packageOf(path);
    return from === null ? 'other' : ownership(from);
  }

  /** The script that was made of a file; a number that no script has where none was seen. */
  scriptOf(path: string): number {
    return this.#scriptIds.get(path) ?? -1 - (keyNumber(path) % 2 ** 31);
  }

  /** As people read it. */
  frame({ profiled, path, original, package: from }: KnownFunction, name?: string | null): Frame {
    const { line, column } = original ?? profiled;
    const frame: Frame = {
      function: original?.name || name || profiled.name || '(anonymous)',
      file: this.#fileName(original?.path ?? path, profiled),
      line: line + 1,
      column: column + 1,
    };
    return from?.isInstalled ? { ...frame, package: from.label } : frame;
  }

  #fileName(path: string | null, { url, line }: ProfiledFunction): string {
    if (path !== null) return below(this.#files.cwd, path);
    if (url !== '') return url.startsWith('data:') ? 'data:' : url;
    return line < 0 ? '' : '(evaluated code)';
  }

  #classify(key: string, profiled: ProfiledFunction): KnownFunction {
    const { url, line } = profiled;
    const known = { key, number: keyNumber(key), profiled };
    const nothing = { path: null, original: null, package: null };
    if (isNodes(url)) return { ...known, ...nothing, kind: 'node' };
    const path = filePath(url);
    if (path === null) return { ...known, ...nothing, kind: url === '' && line < 0 ? 'native' : 'app' };
    const original = this.#original(path, profiled);
    const from = this.#packages.packageOf(original?.path ?? path);
    return { ...known, path, original, package: from, kind: kindOf(from) };
  }

  /** What an installed package publishes is what can be opened there: its own maps lead to files that it often lacks. */
  #original(path: string, profiled: ProfiledFunction): OriginalPosition | null {
    return this.#packages.packageOf(path)?.isInstalled ? null : this.#scripts.original(path, profiled);
  }
}

/** Functions found in a source have no name yet; located ones come without the url of their script. */
function saysMore(profiled: ProfiledFunction, known: ProfiledFunction): boolean {
  return (known.name === '' && profiled.name !== '') || (known.url === '' && profiled.url !== '');
}

function kindOf(from: FilePackage | null): FunctionKind {
  if (from === null) return 'app';
  // This package's own frames are plumbing, also where it is not installed but developed.
  return from.isInstalled || isLeakguard(from) ? packageRole(from) : 'app';
}
