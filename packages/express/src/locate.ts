import { tellsItsPath } from './layer-paths.ts';
import { type Place, ROOT, UNKNOWN } from './place.ts';
import { type Layer, layersOf, type RoutedRequest } from './router-internals.ts';

/**
 * Where in the app a running middleware sits, searched in its routers: for the one request that came before anything
 * watched its way. {@link UNKNOWN} where it is in no router that can be seen, or in several.
 */
export function locate(req: RoutedRequest, middleware: unknown): Place {
  // Nothing was consumed of the path, so whatever is above is mounted at `/`.
  if (!req.baseUrl) return ROOT;
  if (req.app?.parent !== undefined) return UNKNOWN;
  const found = placesOf(middleware, layersOf(req.app) ?? [], ROOT, new Set());
  return (found.size === 1 ? [...found][0] : undefined) ?? UNKNOWN;
}

/** The mounts of all routers that contain the middleware. */
function placesOf(middleware: unknown, layers: Layer[], mount: Place, seen: Set<Layer[]>): Set<Place> {
  const places = new Set<Place>();
  if (seen.has(layers)) return places;
  const inside = new Set(seen).add(layers);
  for (const layer of layers) {
    if (layer.handle === middleware) places.add(mount);
    const mounted = layer.route ? undefined : layer.handle?.stack;
    if (!Array.isArray(mounted)) continue;
    const below = tellsItsPath(layer) ? mount.child(layer, '', 0) : UNKNOWN;
    for (const place of placesOf(middleware, mounted, below, inside)) places.add(place);
  }
  return places;
}
