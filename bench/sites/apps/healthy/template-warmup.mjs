import express from 'express';
import { int } from '../urls.mjs';

const TEMPLATES = 300;

const sourceOf = (number) =>
  Array.from(
    { length: 10 + (number % 20) },
    (_, n) => `<li id="${n}">{field${(n * number) % 7}} of ${number}</li>`,
  ).join('');

/** A template as the functions that write its parts; compiled when first used. */
function compile(source) {
  const parts = source.split(/\{(\w+)\}/).map((part, n) => (n % 2 ? (data) => data[part] ?? '' : () => part));
  return (data) => parts.map((write) => write(data)).join('');
}

export function createApp() {
  const compiled = new Map();
  const templateOf = (number) => {
    if (!compiled.has(number)) compiled.set(number, compile(sourceOf(number)));
    return compiled.get(number);
  };

  const app = express();
  app.get('/pages/:number', (req, res) => {
    const render = templateOf((Number(req.params.number) || 0) % TEMPLATES);
    res.type('html').send(`<ul>${render({ field1: 'one', field2: 'two', field3: req.path })}</ul>`);
  });
  app.get('/mails/:number', (req, res) => {
    const render = templateOf((Number(req.params.number) || 0) % TEMPLATES);
    setTimeout(() => res.json({ subject: 'News', body: render({ field4: 'four' }) }), 1);
  });
  app.get('/index', (_req, res) => res.json(Array.from({ length: TEMPLATES }, (_, n) => `/pages/${n}`)));
  app.get('/about', (_req, res) => res.type('html').send('<p>About us</p>'.repeat(40)));
  return app;
}

// The square of a random number: some templates are asked for often, and some late.
const skewed = (random) => Math.floor(random() ** 2 * TEMPLATES);

export const routes = [
  { method: 'GET', path: (r) => `/pages/${skewed(r)}`, pattern: 'GET /pages/:number', weight: 60 },
  { method: 'GET', path: (r) => `/mails/${int(r, TEMPLATES)}`, pattern: 'GET /mails/:number', weight: 15 },
  { method: 'GET', path: () => '/index', pattern: 'GET /index', weight: 10 },
  { method: 'GET', path: () => '/about', pattern: 'GET /about', weight: 15 },
];

export const truth = () => null;

export const check = { fill: Array.from({ length: TEMPLATES }, (_, number) => `/pages/${number}`) };
