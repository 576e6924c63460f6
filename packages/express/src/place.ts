import { Place as AdapterPlace, pathname } from '@leakguard/core/adapter';
import { type LayerPaths, only, pathsOf, UNKNOWN_MOUNT } from './layer-paths.ts';
import { handlersOf } from './route-handlers.ts';
import type { Layer } from './router-internals.ts';

/**
 * Where a request got to: a route or a mount, reached through the mounts above it. Places are made once and kept as
 * long as their layer lives, so a request only looks them up; they hold patterns, never URLs.
 */
export class Place extends AdapterPlace {
  /** Per layer, because a router mounted at several places has one place under each; routes have none. Most layers have one path. */
  #children: WeakMap<Layer, Place | Children> | null = null;

  /** The place of a layer that has one path, once it was made; null where `child` has to look at the URL. */
  onlyChild(layer: Layer): Place | null {
    const child = this.#children?.get(layer);
    return child instanceof Place ? child : null;
  }

  /** The place of a layer below this one, which matched `url` without its first `skip` characters. */
  child(layer: Layer, url: string, skip: number): Place {
    this.#children ??= new WeakMap();
    const known = this.#children.get(layer);
    if (known instanceof Place) return known;
    const { paths, places } = known ?? childrenOf(layer);
    const path = pathname(url.slice(skip));
    if (paths.count === 1) {
      const only = this.#makeChild(layer, paths.pattern(0, path));
      this.#children.set(layer, only);
      return only;
    }
    if (known === undefined) this.#children.set(layer, { paths, places });
    const index = paths.matching(path);
    places[index + 1] ??= this.#makeChild(layer, index < 0 ? allPatterns(paths) : paths.pattern(index, path));
    return places[index + 1]!;
  }

  #makeChild(layer: Layer, path: string): Place {
    const handlers = handlersOf(layer);
    const place = new Place(joinPaths(this.pattern, path), layer.route !== undefined, handlers.all);
    place.byMethod = handlers.byMethod;
    return place;
  }
}

/** Of a layer with several paths. */
interface Children {
  paths: LayerPaths;
  /** By index of the path plus one; first the place that stands for all of them, where none could be told. */
  places: (Place | undefined)[];
}

/** Where every request starts. */
export const ROOT: Place = new Place('', false);
/** Below mounts that were entered before this module could see them. */
export const UNKNOWN: Place = new Place(UNKNOWN_MOUNT, false);

function childrenOf(layer: Layer): Children {
  const paths = readablePaths(layer);
  // Made as long as it will be: V8 would give a growing array room for 17 more.
  return { paths, places: new Array<Place | undefined>(paths.count + 1) };
}

function readablePaths(layer: Layer): LayerPaths {
  try {
    return pathsOf(layer);
  } catch {
    // Internals that are not as expected: the name becomes vaguer, and is not tried again.
    return only(UNKNOWN_MOUNT);
  }
}

function allPatterns(paths: LayerPaths): string {
  return [...new Set(Array.from({ length: paths.count }, (_, index) => paths.pattern(index, '')))].join('|');
}

function joinPaths(mount: string, path: string): string {
  const below = path === '' || path === '/' ? '' : /^[/(]/.test(path) ? path : `/${path}`;
  return mount + below;
}
