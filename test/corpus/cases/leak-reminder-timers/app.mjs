import express from 'express5';
import * as w from '../_shared/work.cjs';

const REMIND_AFTER_MS = 6 * 3600 * 1000;

/** Bookings that remind of their payment after six hours, paid or not: the timer keeps the booking until then. */
export async function build({ guard } = {}) {
  const timers = new Set();
  const app = express();
  if (guard) app.use(guard);
  app.use(express.json());

  const api = express.Router();
  api.post('/bookings', async (req, res) => {
    const booking = await reserve(req.body);
    timers.add(setTimeout(() => booking.paid || remind(booking), REMIND_AFTER_MS));
    res.status(201).json({ id: booking.id, seats: booking.seats.length });
  });
  api.get('/bookings/:id', async (req, res) => {
    await w.sleep(1);
    res.json({ id: req.params.id, seats: w.rows(req.params.id, 6) });
  });
  api.delete('/bookings/:id', async (_req, res) => {
    const hold = setTimeout(() => {}, REMIND_AFTER_MS); // the same shape, cleared again
    await w.sleep(1);
    clearTimeout(hold);
    res.status(204).end();
  });
  api.get('/shows/:id/seats', (req, res) => res.json(w.rows(req.params.id, 50)));
  api.get('/shows', async (req, res) => {
    await w.sleep(1);
    res.send(w.html(w.rows(req.query.page, 40)));
  });
  api.get('/venues/:id', (req, res) => res.json({ id: req.params.id, text: w.words(req.params.id, 150) }));
  api.post('/payments', async (req, res) => {
    await w.sleep(2);
    res.status(201).json({ receipt: w.digest(JSON.stringify(req.body)) });
  });
  api.get('/tickets/:id', (req, res) => res.type('bin').send(w.gzip(w.words(req.params.id, 200))));
  app.use('/api/v1', api);
  return { app, close: () => timers.forEach(clearTimeout) };
}

async function reserve({ show, guest }) {
  await w.sleep(1);
  const seats = w.rows(show, 8);
  return { id: w.digest(`${show}${guest}`).slice(0, 20), show, guest, seats, paid: false };
}

function remind(booking) {
  booking.remindedAt = new Date();
}
