import express from 'express';
import Keyv from 'keyv';
import * as w from '../_shared/work.cjs';

const pages = new Keyv({ ttl: 2000, namespace: 'pages' });
const flags = new Keyv({ ttl: 60000, namespace: 'flags' });
export async function build({ guard } = {}) {
  const app = express();
  if (guard) app.use(guard);
  app.use(express.json());
  // Response caching for two seconds; campaign links make nearly every URL new.
  app.get('/landing', async (req, res, next) => {
    try {
      let page = await pages.get(req.url);
      if (!page) {
        page = w.html(w.rows(req.query.campaign ?? 1, 40));
        await pages.set(req.url, page);
      }
      res.send(page);
    } catch (e) {
      next(e);
    }
  });
  app.get('/flags/:name', async (req, res) => {
    const k = req.params.name;
    if (!(await flags.get(k))) await flags.set(k, { on: k.length % 2 });
    res.json(await flags.get(k));
  });
  app.get('/pages/:slug', (req, res) => res.send(w.html(w.rows(req.params.slug.length, 40))));
  app.get('/blog/:id', (req, res) => res.json({ id: req.params.id, text: w.words(req.params.id, 200) }));
  app.get('/pricing/:plan', (req, res) => res.json({ price: w.total(w.rows(req.params.plan.length, 30)) }));
  app.post('/signup', (req, res) => res.status(201).json({ id: w.digest(JSON.stringify(req.body)) }));
  app.get('/sitemap/:n', (req, res) => res.type('text').send(w.csv(w.rows(req.params.n, 60))));
  app.get('/img/:n', (req, res) => res.json(w.buffer(20000, req.params.n)));
  app.get('/stats/:day', (req, res) => res.json(w.groupBy(w.rows(req.params.day, 50), 'qty')));
  return { app };
}
