import { type LeakGuard, type LeakGuardOptions, leakGuard } from '@leakguard/express';
import express, { type Express } from 'express';
import { cartRoutes } from './routes/cart.ts';
import { catalogueRoutes } from './routes/catalogue.ts';
import { exportRoutes } from './routes/exports.ts';
import { orderRoutes } from './routes/orders.ts';
import { orgRoutes } from './routes/orgs.ts';
import { priceAlertRoutes } from './routes/price-alerts.ts';
import { thumbnailRoutes } from './routes/thumbnails.ts';

/** The shop, and the middleware whose guard watches it. */
export interface Shop {
  app: Express;
  leakGuard: LeakGuard;
}

/**
 * A small shop, as such services are: a catalogue behind an LRU, carts, orders, thumbnails, organisations. Some of its
 * routes leak. The guard is one line and is told nothing about that.
 *
 * @example
 * const { app } = createShop();
 * app.listen(3000);
 */
export function createShop(options: LeakGuardOptions = {}): Shop {
  const app = express();
  app.disable('x-powered-by');
  const guarding = leakGuard(options);
  app.use(guarding);
  app.use(express.json());

  app.get('/health', (_req, res) => {
    res.json({ ok: true });
  });
  app.use(catalogueRoutes());
  app.use(cartRoutes());
  app.use(orderRoutes());
  app.use(priceAlertRoutes());
  app.use(thumbnailRoutes());
  app.use(exportRoutes());
  app.use('/orgs/:org', orgRoutes());
  return { app, leakGuard: guarding };
}
