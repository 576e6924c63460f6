import { type Request, type Response, Router } from 'express';

interface Order {
  number: number;
  lines: unknown[];
}

const KEPT_ORDERS = 200;

/** Orders, as a shop without a database has them: the latest 200 in a ring. No leak. */
export function orderRoutes(): Router {
  const recent: Order[] = [];
  let count = 0;
  const router = Router();

  router.post('/orders', (req: Request, res: Response) => {
    const order = { number: count++, lines: Array.isArray(req.body?.lines) ? req.body.lines : [] };
    recent[order.number % KEPT_ORDERS] = order;
    res.status(201).json({ number: order.number });
  });

  router.get('/orders/:number', (req: Request<{ number: string }>, res: Response) => {
    const order = recent[Number(req.params.number) % KEPT_ORDERS];
    res.json(order ?? { number: Number(req.params.number), lines: [] });
  });

  return router;
}
