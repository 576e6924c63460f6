import { Hono } from 'hono';

const MARKS = 300;

/** PLANTED LEAK: drawings are kept by their label, and labels have a number in them that never comes again. */
export function badgeRoutes(): Hono {
  const drawn = new Map<string, { x: number; y: number }[]>();
  const routes = new Hono();

  routes.get('/badges/:label', (c) => {
    const label = c.req.param('label');
    const marks = drawn.get(label) ?? draw(label);
    drawn.set(label, marks);
    return c.json({ label, width: marks.length });
  });
  return routes;
}

function draw(label: string): { x: number; y: number }[] {
  return Array.from({ length: MARKS }, (_, at) => ({ x: at, y: at % (label.length + 1) }));
}
