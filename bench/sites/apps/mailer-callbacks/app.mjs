import express from 'express';
import { int } from '../urls.mjs';
import { watcherNames } from './delivery-watch.mjs';
import { createMailStore, MESSAGES } from './mail-store.mjs';

const answer = (res, next) => (err, body) => {
  if (err) next(err);
  else if (typeof body === 'string') res.type('text/plain').send(body);
  else res.json(body);
};

export function createApp(leak = null) {
  const store = createMailStore(leak);
  const app = express();
  app.use(express.json());
  app.get('/messages', (req, res, next) => store.getPage(Number(req.query.offset) || 0, answer(res, next)));
  app.post('/messages', (req, res, next) => store.addMessage(req.body, answer(res, next)));
  app.get('/messages/:id', (req, res, next) => store.openMessage(req.params.id, answer(res, next)));
  app.post('/messages/:id/send', (req, res, next) => store.sendMessage(req.params.id, answer(res, next)));
  app.post('/messages/:id/retry', (req, res, next) => store.retryMessage(req.params.id, answer(res, next)));
  app.get('/templates/:name/preview', (req, res, next) => {
    store.renderTemplate(req.params.name, answer(res, next));
  });
  app.get('/bounces/:id', (req, res, next) => store.readBounce(req.params.id, answer(res, next)));
  app.get('/queue', (_req, res, next) => store.listQueue(answer(res, next)));
  app.get('/recipients/:address', (req, res, next) => {
    store.recipientMail(req.params.address, answer(res, next));
  });
  return app;
}

const message = (random) => int(random, MESSAGES);
const route = (method, pattern, weight, path = () => pattern, body = undefined) => ({
  method,
  path,
  body,
  pattern: `${method} ${pattern}`,
  weight,
});

export const routes = [
  route('GET', '/messages', 14, (r) => `/messages?offset=${message(r)}`),
  route('GET', '/messages/:id', 28, (r) => `/messages/${message(r)}`),
  route('POST', '/messages', 10, undefined, (r) => ({
    to: 'c1@example.test',
    text: 'News. '.repeat(int(r, 200)),
  })),
  route('POST', '/messages/:id/send', 8, (r) => `/messages/${message(r)}/send`),
  route('POST', '/messages/:id/retry', 5, (r) => `/messages/${message(r)}/retry`),
  route('GET', '/templates/:name/preview', 12, (r) => `/templates/offer-${int(r, 20)}/preview`),
  route('GET', '/bounces/:id', 2, (r) => `/bounces/${message(r)}`),
  route('GET', '/queue', 9),
  route('GET', '/recipients/:address', 12, (r) => `/recipients/c${int(r, 90)}@example.test`),
];

const paths = {
  major: { scope: 'GET /messages/:id', entry: ['onRead', 'onMessage', 'openMessage'] },
  minor: { scope: 'POST /messages/:id/retry', entry: ['onRetried', 'retryMessage'] },
  rare: { scope: 'GET /bounces/:id', entry: ['onBounceRead', 'readBounce'] },
};

export function truth(leak) {
  if (!leak) return null;
  const { scope, entry } = paths[leak.route];
  const allocating = watcherNames(leak.kind);
  return {
    scope,
    allocating,
    functions: [...allocating, ...entry],
    files: ['delivery-watch.mjs', 'mail-store.mjs'],
  };
}
