import { Hono } from 'hono';

const MARKS = 300;

/** PLANTED LEAK: a cache of drawings whose key has the time in it: nothing is ever found again, and all of it stays. */
export function badgeRoutes(): Hono {
  const drawn = new Map<string, { x: number; y: number }[]>();
  const routes = new Hono();

  routes.get('/badges/:label', (c) => {
    const label = c.req.param('label');
    const key = `${label} ${performance.now()}`;
    const marks = drawn.get(key) ?? draw(label);
    drawn.set(key, marks);
    return c.json({ label, width: marks.length });
  });
  return routes;
}

function draw(label: string): { x: number; y: number }[] {
  return Array.from({ length: MARKS }, (_, at) => ({ x: at, y: at % (label.length + 1) }));
}
