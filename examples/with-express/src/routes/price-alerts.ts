import { EventEmitter } from 'node:events';
import { type Request, type Response, Router } from 'express';

/** Prices change at night, so a listener that stays is not even noticed by its calls. */
const prices = new EventEmitter<{ change: [sku: string, priceCents: number] }>();
prices.setMaxListeners(0);

/** Asks to be told of a price. PLANTED LEAK: the listener is never removed, and its closure holds the request. */
export function priceAlertRoutes(): Router {
  const router = Router();

  router.get('/price-alerts/:sku', (req: Request<{ sku: string }>, res: Response) => {
    prices.on('change', (sku, priceCents) => {
      if (sku === req.params.sku && priceCents < Number(req.query.below))
        notify(req.get('x-user') ?? 'guest', sku);
    });
    res.status(202).json({ watching: req.params.sku });
  });

  return router;
}

function notify(user: string, sku: string): void {
  process.emitWarning(`${user}: ${sku} has become cheaper`);
}
