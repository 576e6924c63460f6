import { type Request, type Response, Router } from 'express';

const BYTES_PER_THUMBNAIL = 8 * 1024;

/** PLANTED LEAK: a cache of Buffers without a bound. Its key has the width in it, and clients ask for any width. */
export function thumbnailRoutes(): Router {
  const cache = new Map<string, Buffer>();
  const router = Router();

  router.get('/thumbnails/:id', (req: Request<{ id: string }>, res: Response) => {
    const key = `${req.params.id}@${String(req.query.width ?? 120)}`;
    const image = cache.get(key) ?? render(key);
    cache.set(key, image);
    res.type('application/octet-stream').send(image);
  });

  return router;
}

function render(key: string): Buffer {
  return Buffer.alloc(BYTES_PER_THUMBNAIL, key);
}
