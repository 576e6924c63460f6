import { decompilePath } from './compiled-path.ts';
import { observePath } from './observed-path.ts';
import { isMountedAtRoot, type Layer } from './router-internals.ts';

/** Shown for a part of a path whose pattern this router does not give away; a raw URL is never shown. */
export const UNKNOWN_MOUNT = '(mount)';

/** The paths that one layer answers to; several where the app gave an array. */
export interface LayerPaths {
  readonly count: number;
  /** Which of them matches this text, -1 if none can be told. */
  matching(text: string): number;
  /** One of them as the app wrote it, or worked out from the text it just matched. */
  pattern(index: number, text: string): string;
}

/** True if the layer tells its paths without having matched anything yet. */
export function tellsItsPath(layer: Layer): boolean {
  return (
    layer.route !== undefined || isMountedAtRoot(layer) || 'rawPath' in layer || layer.regexp !== undefined
  );
}

/**
 * The paths of a layer. A route tells its own; a mount is read from `rawPath` (router >= 2.3), from its compiled
 * expression (Express 4), or else worked out from what it matches (router 2.0 to 2.2).
 */
export function pathsOf(layer: Layer): LayerPaths {
  if (layer.route !== undefined) return written(layer.route.path, layer);
  if (isMountedAtRoot(layer)) return only('');
  if (layer.rawPath !== undefined) return written(layer.rawPath, layer);
  if (layer.regexp !== undefined) return compiled(layer.regexp, layer);
  return observed(layer);
}

/** Of most layers, and kept for each: nothing but its text. */
class OnlyPath implements LayerPaths {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get count(): number {
    return 1;
  }

  matching(): number {
    return 0;
  }

  pattern(): string {
    return this.#text;
  }
}

/** One path that is known. */
export function only(pattern: string): LayerPaths {
  return new OnlyPath(pattern);
}

function written(path: unknown, layer: Layer): LayerPaths {
  const paths: unknown[] = Array.isArray(path) ? path.flat(Number.POSITIVE_INFINITY) : [path];
  const patterns = paths.map((one) => (layer.route || typeof one !== 'string' ? String(one) : asMount(one)));
  if (paths.length === 1) return only(patterns[0]!);
  const told = layer.regexp ? compiled(layer.regexp, layer) : observed(layer);
  // A regular expression with `|` of its own splits into more parts than there are paths: then none can be told.
  const matching = told.count === paths.length ? told.matching : () => -1;
  return { count: paths.length, matching, pattern: (index) => patterns[index]! };
}

function compiled(regexp: RegExp, layer: Layer): LayerPaths {
  const paths = decompilePath(regexp, layer.keys ?? []);
  const patterns = paths.map(({ pattern, isLiteral }) => (isLiteral ? pattern : asMount(pattern)));
  return {
    count: paths.length,
    matching: (text) => paths.findIndex((path) => path.regexp.test(text)),
    pattern: (index) => patterns[index]!,
  };
}

function observed(layer: Layer): LayerPaths {
  const matchers = layer.matchers ?? [];
  return {
    count: matchers.length || 1,
    matching: (text) => matchers.findIndex((matches) => matches(text) !== false),
    pattern: (index, text) => observePath(matchers[index], text) ?? UNKNOWN_MOUNT,
  };
}

/** Routers ignore a slash at the end of a mount; without it none doubles before what is below. */
function asMount(path: string): string {
  return path.replace(/\/+$/, '');
}
