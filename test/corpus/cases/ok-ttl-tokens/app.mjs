import { randomBytes } from 'node:crypto';
import express from 'express';
import * as w from '../_shared/work.cjs';

const TTL_MS = 3_000;
const SWEEP_MS = 500;

/** Tokens live for three seconds and are swept out: as many are held as were asked for in the last three seconds. */
export async function build({ guard } = {}) {
  const tokens = new Map();
  const sweeper = setInterval(() => {
    const now = Date.now();
    for (const [token, { expiresAt }] of tokens) {
      if (expiresAt > now) break; // insertion order is order of expiry
      tokens.delete(token);
    }
  }, SWEEP_MS);
  const app = express();
  if (guard) app.use(guard);
  app.use(express.urlencoded({ extended: false }));

  app.post('/oauth/token', async (req, res) => {
    await w.sleep(1);
    const token = randomBytes(24).toString('base64url');
    const claims = {
      sub: req.body.client_id,
      scope: 'read write',
      profile: w.rows(req.body.client_id.length, 8),
    };
    tokens.set(token, { claims, expiresAt: Date.now() + TTL_MS });
    res.json({ access_token: token, expires_in: TTL_MS / 1000 });
  });
  app.post('/oauth/introspect', (req, res) => res.json({ active: tokens.has(req.body.token) }));
  app.get('/oauth/keys', (_req, res) => res.json({ keys: w.rows(11, 4) }));
  app.get('/users/:id', async (req, res) => {
    await w.sleep(2);
    res.json({ id: req.params.id, groups: w.rows(req.params.id, 20) });
  });
  app.get('/users/:id/groups', (req, res) => res.json(w.groupBy(w.rows(req.params.id, 50), 'qty')));
  app.get('/clients/:id', (req, res) => res.send(w.html(w.rows(req.params.id, 30))));
  app.get('/consents/:id', (req, res) => res.json({ id: req.params.id, text: w.words(req.params.id, 120) }));
  return { app, close: () => clearInterval(sweeper) };
}
