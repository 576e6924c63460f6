import { setTimeout as sleep } from 'node:timers/promises';
import { TICKETS } from './stores.mjs';

export function requestId(req, res, next) {
  req.id = Math.floor(Math.random() * 1e9).toString(36);
  res.set('x-request-id', req.id);
  next();
}

export async function loadSession(req, _res, next) {
  await sleep(1);
  req.session = { agent: req.id.length, roles: ['agent', 'reader'], since: Date.now() };
  next();
}

export const requireRole = (role) => (req, res, next) => {
  if (req.session.roles.includes(role)) next();
  else res.status(403).json({ error: 'forbidden' });
};

export const loadTicket = (tickets) => async (req, _res, next) => {
  await null;
  req.ticket = tickets[Number(req.params.ticketId) % TICKETS] ?? tickets[0];
  next();
};

export const paginate = (req, res, next) => {
  res.locals.offset = Number(req.query.offset) || 0;
  res.locals.limit = Math.min(Number(req.query.limit) || 20, 100);
  next();
};
