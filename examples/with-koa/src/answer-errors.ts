import type { Middleware } from 'koa';

/** Turns errors into JSON. It is around every route, and changes none of their names. */
export const answerErrors: Middleware = async (ctx, next) => {
  try {
    await next();
  } catch (error) {
    const { status = 500, message } = error as Error & { status?: number };
    ctx.status = status;
    ctx.body = { error: status < 500 ? message : 'internal error' };
  }
};
