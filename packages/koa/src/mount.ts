import { Place } from '@leakguard/core/adapter';
import {
  consumedLength,
  isMiddleware,
  type Layer,
  patternOf,
  type RoutedContext,
} from './router-internals.ts';

/** More than any app has; an app that sets `ctx.mountPath` to something of its own must not make ever more. */
const MAX_MOUNTS = 1000;
let made = 0;

/**
 * Where an app, a router or a middleware is mounted, through the mounts around it. Made once per way to get there, so
 * that a request only looks it up. It is also the place of a middleware that answers there.
 */
export class Mount extends Place {
  readonly #outer: Mount | null;
  /** How much of the path it consumes, with the mounts around it: koa-mount's prefixes are literal. */
  readonly #length: number;
  readonly #mounts = new Map<string, Mount>();
  readonly #layers = new WeakMap<Layer, Place>();

  constructor(pattern: string, outer: Mount | null, length: number) {
    super(pattern, false);
    this.#outer = outer;
    this.#length = length;
  }

  /** This mount, or the one around it that the request is still inside of. */
  around(ctx: RoutedContext): Mount {
    if (this.#outer === null) return this;
    const consumed = consumedLength(ctx);
    let mount: Mount = this;
    while (mount.#outer !== null && mount.#length > consumed) mount = mount.#outer;
    return mount;
  }

  /** What is mounted at this prefix inside. */
  inner(prefix: string): Mount {
    const known = this.#mounts.get(prefix);
    if (known !== undefined) return known;
    if (made >= MAX_MOUNTS) return this;
    made += 1;
    const pattern = this.pattern + prefix.replace(/\/+$/, '');
    const mount = new Mount(pattern, this, this.#length + prefix.length);
    this.#mounts.set(prefix, mount);
    return mount;
  }

  /** The place of a layer of a router in here. */
  layer(layer: Layer): Place {
    let place = this.#layers.get(layer);
    if (place === undefined) {
      const path = patternOf(layer);
      const below = path === '' || path === '/' ? '' : /^[/(]/.test(path) ? path : `/${path}`;
      const isRoute = !isMiddleware(layer);
      // A middleware that answers here also runs for the routes below, so that it tells none of them.
      place = new Place(this.pattern + below, isRoute, isRoute ? [...layer.stack] : undefined);
      this.#layers.set(layer, place);
    }
    return place;
  }
}

/** Where every request starts. */
export const ROOT: Mount = new Mount('', null, 0);
