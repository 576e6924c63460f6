import { setTimeout as sleep } from 'node:timers/promises';
import { Router } from 'express';
import { loadTicket, paginate, requireRole } from './middleware.mjs';

const REPLIES = 6;

export function ticketRouter({ tickets }, withContext) {
  const router = Router();
  const ticket = loadTicket(tickets);

  router.get('/', paginate, (_req, res) => {
    const { offset, limit } = res.locals;
    const sorted = tickets.toSorted((a, b) => b.urgency - a.urgency || a.id - b.id);
    res.json(sorted.slice(offset, offset + limit));
  });

  router.get('/:ticketId', ticket, withContext('major'), async function showTicket(req, res) {
    await sleep(1);
    res.json({ ...req.ticket, age: Date.now() % 1000, url: `${req.baseUrl}/${req.ticket.id}` });
  });

  router.post('/:ticketId/replies', ticket, withContext('reply'), async (req, res) => {
    const text = String(req.body?.text ?? 'Thank you');
    req.ticket.replies = [...req.ticket.replies, { by: req.session.agent, text }].slice(-REPLIES);
    await sleep(1);
    res.status(201).json(req.ticket);
  });

  router.post(
    '/:ticketId/assign',
    requireRole('agent'),
    ticket,
    withContext('minor'),
    async function assign(req, res) {
      await sleep(2);
      req.ticket.agent = (req.ticket.agent + 1) % 40;
      res.json({ id: req.ticket.id, agent: req.ticket.agent });
    },
  );
  return router;
}
