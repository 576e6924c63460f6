import { randomUUID } from 'node:crypto';
import { type Request, type Response, Router } from 'express';
import { loadProduct, PRODUCT_COUNT } from './products.ts';

interface Session {
  id: string;
  startedAt: number;
  items: number[];
  /** What the page shows beside the cart, rendered once per session. */
  suggestions: string;
}

/**
 * PLANTED LEAK: a session is made for everybody who comes without one and nothing ever ends it. Crawlers and clients
 * without cookies get a new one with every request.
 */
export function cartRoutes(): Router {
  const sessions = new Map<string, Session>();
  const router = Router();

  router.get('/cart', (req: Request, res: Response) => {
    const known = sessions.get(req.get('x-session') ?? '');
    const session = known ?? openSession();
    sessions.set(session.id, session);
    res.set('x-session', session.id).json({ items: session.items.map(loadProduct) });
  });

  return router;
}

function openSession(): Session {
  const first = Math.floor(Math.random() * PRODUCT_COUNT);
  const suggested = Array.from({ length: 100 }, (_, i) => loadProduct(((first + i) % PRODUCT_COUNT) + 1));
  return { id: randomUUID(), startedAt: Date.now(), items: [], suggestions: JSON.stringify(suggested) };
}
