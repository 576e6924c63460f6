import { recordingGuard, request } from '@leakguard/test-utils';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { leakGuard } from '../src/index.ts';
import { type Layer, layersOf, type RoutedRequest } from '../src/router-internals.ts';
import { freshExpress, listen } from './majors.ts';

/** What the package relies on, as each major has it today. A failure here means: look at router-internals.ts. */
const SHAPE = {
  4: { stack: '_router', method: 'handle_request', mountKeys: ['keys', 'regexp'], remembersErrors: false },
  5: {
    stack: 'router',
    method: 'handleRequest',
    mountKeys: ['matchers', 'rawPath', 'slash'],
    remembersErrors: true,
  },
} as const;

describe.each([4, 5] as const)('Express %i internals', (major) => {
  const shape = SHAPE[major];
  const express = freshExpress(major);
  const ok = (_req: unknown, res: { end(): void }) => res.end();
  const app = express();
  const router = express.Router();
  router.get('/users/:id', ok as never);
  app.use('/orgs/:org', router);
  app.use(express());
  let layers: Layer[];
  let mount: Layer;

  beforeAll(() => {
    layers = layersOf(app as never) ?? [];
    mount = layers.find((layer) => layer.handle === (router as unknown))!;
  });

  it('keeps layers of an app where layersOf looks', () => {
    expect((app as never)[shape.stack]).toHaveProperty('stack', layers);
    expect(layers.length).toBeGreaterThan(1);
  });

  it('enters layers through one method of their prototype, with three parameters', () => {
    const method = Object.getPrototypeOf(mount)[shape.method];
    expect(typeof method).toBe('function');
    expect(method).toHaveLength(3);
    const other = major === 4 ? 'handleRequest' : 'handle_request';
    expect(other in Object.getPrototypeOf(mount)).toBe(false);
  });

  it('has `route` on layers of a router and `method` on those inside a route', () => {
    const routeLayer = (mount.handle?.stack ?? [])[0]!;
    const inner = (routeLayer.route as { stack: Layer[] }).stack[0]!;
    expect('route' in mount && !('method' in mount) && mount.route === undefined).toBe(true);
    expect('route' in routeLayer && !('method' in routeLayer)).toBe(true);
    expect('method' in inner && !('route' in inner)).toBe(true);
    expect(routeLayer.route?.path).toBe('/users/:id');
  });

  it('tells what a mount is mounted at by these fields', () => {
    for (const key of shape.mountKeys) expect(mount).toHaveProperty(key);
    if (major === 4) {
      expect(String(mount.regexp)).toBe('/^\\/orgs(?:\\/([^/]+?))\\/?(?=\\/|$)/i');
      expect(mount.keys?.map((key) => key.name)).toEqual(['org']);
      expect(layers.at(-1)?.regexp?.fast_slash).toBe(true);
    } else {
      expect(mount.rawPath).toBe('/orgs/:org');
      expect(mount.matchers?.[0]?.('/orgs/1')).toMatchObject({ path: '/orgs/1', params: { org: '1' } });
      expect(layers.at(-1)?.slash).toBe(true);
    }
  });

  it('sets `req.next` inside a router and takes it back when the request falls out', async () => {
    const own = express();
    const seen: unknown[] = [];
    own.use((req, res, next) => {
      seen.push(typeof (req as unknown as RoutedRequest).next);
      res.on('close', () => seen.push((req as unknown as RoutedRequest).next));
      next();
    });
    const running = await listen(own);
    const { headers } = await request(running.port, '/nowhere');
    await running.close();
    expect(seen).toEqual(['function', undefined]);
    expect(headers['content-security-policy']).toBe("default-src 'none'");
  });

  it(`${shape.remembersErrors ? 'remembers' : 'does not remember'} errors on the request`, async () => {
    const own = express();
    let errors: Set<unknown> | undefined;
    own.use((req, res, next) => {
      res.on('close', () => {
        errors = (req as never)[Symbol.for('router.tracing.publishedErrors')];
      });
      next(new Error('one'));
    });
    const running = await listen(own);
    await request(running.port, '/');
    await running.close();
    expect(errors?.size).toBe(shape.remembersErrors ? 1 : undefined);
  });
});

describe.each([4, 5] as const)('Express %i with internals that changed', (major) => {
  const start = async (change: (layers: Layer[]) => void) => {
    const express = freshExpress(major);
    const app = express();
    const guard = recordingGuard();
    const router = express.Router();
    router.get('/users/:id', (_req, res) => void res.end());
    app.use(leakGuard({ guard }));
    app.use('/orgs/:org', router);
    change(layersOf(app as never) ?? []);
    const running = await listen(app);
    onTestFinished(() => running.close());
    const statuses: number[] = [];
    for (const path of ['/orgs/1/users/2', '/orgs/3/users/4', '/nowhere']) {
      statuses.push((await request(running.port, path)).status);
    }
    expect(statuses).toEqual([200, 200, 404]);
    return guard.finished(3);
  };

  it('hides a mount whose path it cannot find', async () => {
    const scopes = await start((layers) => {
      for (const field of ['rawPath', 'regexp', 'matchers', 'slash']) hide(layers.at(-1)!, field);
    });
    expect(scopes).toEqual(['GET (mount)/users/:id', 'GET (mount)/users/:id', '(unmatched)']);
  });

  it('falls back to the route alone when layers are entered through a method it does not know', async () => {
    const scopes = await start((layers) => {
      const prototype = Object.getPrototypeOf(layers[0]);
      Object.defineProperty(prototype, Symbol.for('leakguard.express.watched/1'), { value: true });
    });
    expect(scopes).toEqual(['GET (mount)/users/:id', 'GET (mount)/users/:id', '(unmatched)']);
  });
});

/** The router still finds the field while it matches a request, and nobody does once the layer is entered. */
function hide(layer: Layer, field: string): void {
  const own = (layer as Record<string, unknown>)[field];
  const insideMatch = () =>
    new Error().stack?.includes('.match ') || new Error().stack?.includes('matchLayer');
  Object.defineProperty(layer, field, { get: () => (insideMatch() ? own : undefined) });
}
