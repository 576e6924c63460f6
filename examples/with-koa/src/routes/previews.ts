import Router, { type RouterMiddleware } from '@koa/router';

const LINES = 200;

interface Preview {
  id: string;
  lines: { at: number; text: string }[];
}

/** PLANTED LEAK: each preview leaves a closure in a set that is only emptied by a request that no client sends. */
export function previewRoutes(): RouterMiddleware {
  const open = new Set<() => Preview>();
  const router = new Router({ prefix: '/previews' });

  router.get('/:id', (ctx) => {
    const preview = draw(ctx.params.id ?? '');
    // Whoever closes the preview would call it. Nobody does, and each closure holds what it drew.
    open.add(() => preview);
    ctx.body = { id: preview.id, lines: preview.lines.length };
  });
  return router.routes();
}

function draw(id: string): Preview {
  return { id, lines: Array.from({ length: LINES }, (_, at) => ({ at, text: `${id}:${at}` })) };
}
