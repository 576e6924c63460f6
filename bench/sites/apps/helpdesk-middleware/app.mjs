import express from 'express';
import { int } from '../urls.mjs';
import { agentRouter, articleRouter } from './desk-routers.mjs';
import { loadSession, requestId } from './middleware.mjs';
import { createContexts, openerName } from './request-context.mjs';
import { AGENTS, ARTICLES, createStores, TICKETS } from './stores.mjs';
import { ticketRouter } from './ticket-router.mjs';

export function createApp(leak = null) {
  const stores = createStores();
  const withContext = createContexts(leak);
  const api = express.Router();
  api.use(requestId, loadSession, express.json());
  api.use('/tickets', ticketRouter(stores, withContext));
  api.use('/agents', agentRouter(stores, withContext));
  api.use('/kb', articleRouter(stores));

  const app = express();
  app.use('/api', api);
  app.use((_req, res) => res.status(404).json({ error: 'not found' }));
  return app;
}

const ticket = (random) => `/api/tickets/${int(random, TICKETS)}`;
const agent = (random) => `/api/agents/${int(random, AGENTS)}`;
const get = (pattern, weight, path) => ({ method: 'GET', path, pattern: `GET ${pattern}`, weight });

export const routes = [
  get('/api/tickets', 18, (r) => `/api/tickets?offset=${int(r, 300)}&limit=30`),
  get('/api/tickets/:ticketId', 28, ticket),
  {
    method: 'POST',
    path: (r) => `${ticket(r)}/replies`,
    body: (r) => ({ text: 'It works again now. '.repeat(1 + int(r, 4)) }),
    pattern: 'POST /api/tickets/:ticketId/replies',
    weight: 9,
  },
  {
    method: 'POST',
    path: (r) => `${ticket(r)}/assign`,
    pattern: 'POST /api/tickets/:ticketId/assign',
    weight: 5,
  },
  get('/api/agents', 10, () => '/api/agents'),
  get('/api/agents/:agentId/queue', 10, (r) => `${agent(r)}/queue`),
  get('/api/agents/:agentId/stats', 2, (r) => `${agent(r)}/stats`),
  get('/api/kb/articles', 8, () => '/api/kb/articles'),
  get('/api/kb/articles/:slug', 6, (r) => `/api/kb/articles/how-to-${int(r, ARTICLES)}`),
  get('/api/kb/search', 4, (r) => `/api/kb/search?q=${int(r, 30)}`),
];

const scopes = {
  major: 'GET /api/tickets/:ticketId',
  minor: 'POST /api/tickets/:ticketId/assign',
  rare: 'GET /api/agents/:agentId/stats',
};

const plain = ['string', 'array', 'buffer'];

export function truth(leak) {
  if (!leak) return null;
  const allocating = [openerName(leak.kind), ...(plain.includes(leak.kind) ? [] : ['chainNotes', 'Note'])];
  return {
    scope: scopes[leak.route],
    allocating,
    functions: [...allocating, 'openContext', 'attachContext'],
    files: ['request-context.mjs'],
  };
}
