import { setTimeout as sleep } from 'node:timers/promises';
import { Router } from 'express';
import { requireRole } from './middleware.mjs';
import { AGENTS } from './stores.mjs';

export function agentRouter({ agents, tickets }, withContext) {
  const router = Router();
  router.use(requireRole('reader'));
  router.param('agentId', (req, _res, next, id) => {
    req.agent = agents[Number(id) % AGENTS] ?? agents[0];
    next();
  });

  router.get('/', (_req, res) => res.json(agents));
  router.get('/:agentId/queue', withContext('queue'), async (req, res) => {
    await sleep(1);
    res.json(tickets.filter((ticket) => ticket.agent === req.agent.id));
  });
  router.get('/:agentId/stats', withContext('rare'), async function agentStats(req, res) {
    await sleep(3);
    const mine = tickets.filter((ticket) => ticket.agent === req.agent.id);
    const urgency = mine.reduce((sum, ticket) => sum + ticket.urgency, 0);
    res.json({ agent: req.agent.name, tickets: mine.length, urgency });
  });
  return router;
}

export function articleRouter({ articles }) {
  const router = Router();
  router.get('/articles', (_req, res) => res.json(articles.map(({ slug, title }) => ({ slug, title }))));
  router.get('/articles/:slug', async (req, res) => {
    await sleep(1);
    const article = articles.find(({ slug }) => slug === req.params.slug) ?? articles[0];
    res.json({ ...article, words: article.body.split(' ').length });
  });
  router.get('/search', async (req, res) => {
    const text = String(req.query.q ?? '');
    await sleep(2);
    res.json(articles.filter(({ body }) => body.includes(text)).map(({ slug, body }) => ({ slug, body })));
  });
  return router;
}
