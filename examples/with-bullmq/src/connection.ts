/** The Redis that the worker and the producer share. */
export const connection: { url: string } = { url: process.env.REDIS_URL ?? 'redis://127.0.0.1:6379' };
