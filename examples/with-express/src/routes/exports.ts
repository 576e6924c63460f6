import { type Request, type Response, Router } from 'express';

const LINES = 4000;

/** Big and gone at once: a file of 1 MB in one Buffer per request. Looks alarming in a memory graph and is no leak. */
export function exportRoutes(): Router {
  const router = Router();

  router.get('/exports/orders.csv', (_req: Request, res: Response) => {
    const lines = Array.from({ length: LINES }, (_, i) => `${i};order-${i};${(i * 37) % 5000};open`);
    const file = Buffer.alloc(1024 * 1024, ' ');
    file.write(lines.join('\n'));
    res.type('text/csv').send(file);
  });

  return router;
}
