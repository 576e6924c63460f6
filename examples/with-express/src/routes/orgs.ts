import { type Request, type Response, Router } from 'express';

/** Mounted at `/orgs/:org`, so that its routes read `GET /orgs/:org/users/:id` in every report. No leak. */
export function orgRoutes(): Router {
  const router = Router({ mergeParams: true });

  router.get('/users', (req: Request, res: Response) => {
    res.json(Array.from({ length: 30 }, (_, i) => userOf(String(req.params.org), i)));
  });

  router.get('/users/:id', (req: Request, res: Response) => {
    res.json(userOf(String(req.params.org), Number(req.params.id)));
  });

  router.put('/users/:id', (req: Request, res: Response) => {
    res.json({ ...userOf(String(req.params.org), Number(req.params.id)), ...req.body });
  });

  return router;
}

function userOf(org: string, id: number): { org: string; id: number; name: string; roles: string[] } {
  return { org, id, name: `user-${id}`, roles: id % 7 === 0 ? ['admin', 'buyer'] : ['buyer'] };
}
