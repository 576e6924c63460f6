import express from 'express';
import * as w from '../_shared/work.cjs';

const SIZES = { small: 2048, medium: 6144, large: 16384 };

/** Thumbnails, cached by image and size. The catalogue has no end, so neither has the cache. */
export async function build({ guard } = {}) {
  const thumbs = new Map();
  const app = express();
  if (guard) app.use(guard);
  app.use(express.json());

  app.get('/images/:id/thumb', async (req, res, next) => {
    try {
      const key = `${req.params.id}:${req.query.size}`;
      let thumb = thumbs.get(key);
      if (!thumb) {
        thumb = await scale(await readImage(req.params.id), SIZES[req.query.size]);
        thumbs.set(key, thumb);
      }
      res.type('png').send(thumb);
    } catch (error) {
      next(error);
    }
  });
  app.get('/images/:id', async (req, res) => {
    res.type('png').send(await readImage(req.params.id)); // a Buffer too, and let go
  });
  app.post('/images', express.raw({ type: 'image/png', limit: '100kb' }), (req, res) => {
    res.status(201).json({ bytes: req.body.length, hash: w.digest(req.body) });
  });
  app.get('/images/:id/meta', (req, res) =>
    res.json({ id: req.params.id, tags: w.words(req.params.id, 40) }),
  );
  app.get('/albums/:id', async (req, res) => {
    await w.sleep(1);
    res.json(w.rows(req.params.id, 40));
  });
  app.get('/albums/:id/zip', (req, res) => res.type('bin').send(w.gzip(w.csv(w.rows(req.params.id, 80)))));
  app.get('/tags', (req, res) => res.json(w.groupBy(w.rows(req.query.page, 50), 'qty')));
  app.get('/users/:id', (req, res) => res.send(w.html(w.rows(req.params.id, 30))));
  return { app };
}

async function readImage(id) {
  await w.sleep(1);
  return Buffer.alloc(24_000, Number(id) & 255);
}

async function scale(image, bytes) {
  await w.sleep(1);
  const thumb = Buffer.alloc(bytes);
  image.copy(thumb, 0, 0, bytes);
  return thumb;
}
