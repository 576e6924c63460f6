import Router, { type RouterMiddleware } from '@koa/router';

const MAX_TICKETS = 200;

/** The latest tickets of all desks: a list with a bound, which looks like a leak until it is full. */
export function ticketRoutes(): RouterMiddleware {
  const tickets: { id: number; desk: string; text: string }[] = [];
  let last = 0;
  const router = new Router({ prefix: '/tickets' });

  router.get('/', (ctx) => {
    ctx.body = tickets.filter(({ desk }) => desk === ctx.params.desk);
  });
  router.get('/:id', (ctx) => {
    const ticket = tickets.find(({ id }) => id === Number(ctx.params.id));
    if (ticket === undefined) ctx.throw(404, 'no such ticket');
    ctx.body = ticket;
  });
  router.post('/', (ctx) => {
    last += 1;
    const ticket = { id: last, desk: ctx.params.desk ?? '', text: String(ctx.query.text ?? '') };
    tickets.push(ticket);
    if (tickets.length > MAX_TICKETS) tickets.shift();
    ctx.status = 201;
    ctx.body = ticket;
  });
  return router.routes();
}
