import { Hono } from 'hono';

const MAX_NOTES = 100;

/** The latest notes of all teams: a list with a bound, which looks like a leak until it is full. */
export function noteRoutes(): Hono {
  const notes: { team: string; text: string }[] = [];
  const routes = new Hono();

  routes.get('/notes', (c) => c.json(notes.filter(({ team }) => team === c.req.param('team'))));
  routes.get('/notes/latest', (c) => c.json(notes.at(-1) ?? null));
  routes.get('/notes/:at', (c) => c.json(notes.at(Number(c.req.param('at'))) ?? null));
  routes.post('/notes', async (c) => {
    const note = { team: c.req.param('team') ?? '', text: await c.req.text() };
    notes.push(note);
    if (notes.length > MAX_NOTES) notes.shift();
    return c.json(note, 201);
  });
  return routes;
}
