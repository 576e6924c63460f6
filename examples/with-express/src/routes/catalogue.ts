import { type Request, type Response, Router } from 'express';
import { LRUCache } from 'lru-cache';
import { findProducts, loadProduct, PRODUCT_COUNT } from './products.ts';

/** Listing, search and single articles. The pages are kept in an LRU, which grows at first and then stops: no leak. */
export function catalogueRoutes(): Router {
  const pages = new LRUCache<number, string>({ max: 300 });
  const router = Router();

  router.get('/products', (req: Request, res: Response) => {
    const shelf = `shelf-${Number(req.query.shelf ?? 0)}`;
    res.json(findProducts(({ tags }) => tags.includes(shelf)));
  });

  router.get('/search', (req: Request, res: Response) => {
    const words = String(req.query.q ?? '').toLowerCase();
    res.json(findProducts(({ name }) => name.toLowerCase().includes(words)));
  });

  router.get('/products/:id', (req: Request<{ id: string }>, res: Response) => {
    const id = Number(req.params.id);
    if (!(id >= 1 && id <= PRODUCT_COUNT)) {
      res.status(404).json({ error: 'no such article' });
      return;
    }
    const page = pages.get(id) ?? renderPage(id);
    pages.set(id, page);
    res.type('json').send(page);
  });

  return router;
}

function renderPage(id: number): string {
  const related = Array.from({ length: 8 }, (_, i) => loadProduct(((id + i) % PRODUCT_COUNT) + 1));
  return JSON.stringify({ ...loadProduct(id), related });
}
