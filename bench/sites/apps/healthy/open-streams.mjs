import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { int } from '../urls.mjs';

/** Answers that stay open for seconds: each has a listener, a timer and a buffer of its own until its end. */
export function createApp(_leak = null, { open = 3000 } = {}) {
  const feed = new EventEmitter().setMaxListeners(0);
  const subscribers = new Set();

  function subscribe(topic, res) {
    const backlog = Array.from({ length: 50 }, (_, n) => ({ topic, n, text: `Old message ${n}` }));
    const onMessage = (message) => res.write(`data: ${JSON.stringify(message)}\n\n`);
    const beat = setInterval(() => res.write(`: ${backlog.length}\n\n`), open / 6);
    const subscriber = { topic, backlog };
    subscribers.add(subscriber);
    feed.on(topic, onMessage);
    const end = setTimeout(() => res.end(), open * (0.5 + Math.random() / 2));
    res.on('close', function unsubscribe() {
      clearInterval(beat);
      clearTimeout(end);
      feed.off(topic, onMessage);
      subscribers.delete(subscriber);
    });
  }

  const app = express();
  app.get('/events/:topic', (req, res) => {
    res.set({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    res.flushHeaders();
    subscribe(req.params.topic, res);
  });
  app.post('/messages/:topic', (req, res) => {
    const sent = feed.emit(req.params.topic, { at: Date.now(), text: 'A new message' });
    res.status(202).json({ sent });
  });
  app.get('/topics', (_req, res) => res.json(Array.from({ length: 20 }, (_, n) => `topic-${n}`)));
  app.get('/topics/:topic', async (req, res) => {
    await sleep(1);
    res.json({
      topic: req.params.topic,
      open: subscribers.size,
      listeners: feed.listenerCount(req.params.topic),
    });
  });
  return app;
}

const topic = (random) => `topic-${int(random, 20)}`;

export const routes = [
  { method: 'GET', path: (r) => `/events/${topic(r)}`, pattern: 'GET /events/:topic', weight: 8 },
  { method: 'POST', path: (r) => `/messages/${topic(r)}`, pattern: 'POST /messages/:topic', weight: 32 },
  { method: 'GET', path: () => '/topics', pattern: 'GET /topics', weight: 30 },
  { method: 'GET', path: (r) => `/topics/${topic(r)}`, pattern: 'GET /topics/:topic', weight: 30 },
];

export const truth = () => null;

export const check = { options: { open: 120 }, wait: 400 };
