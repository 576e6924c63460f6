import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type PrivateRedis, startPrivateRedis, startRedis } from '../src/index.ts';

function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${command}\r\n`));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString().trim());
    });
    socket.once('error', reject);
  });
}

describe('a private Redis', () => {
  let redis: PrivateRedis;
  afterEach(() => redis.stop());

  it('keeps its data while it is down, and its port', async () => {
    redis = await startPrivateRedis();
    expect(await ask(redis.port, 'SET a 1')).toBe('+OK');
    await redis.down();
    await expect(ask(redis.port, 'GET a')).rejects.toThrow('ECONNREFUSED');
    await redis.up();
    expect(await ask(redis.port, 'GET a')).toMatch(/1$/);
  });

  it('has the configuration that the test asks for', async () => {
    redis = await startPrivateRedis(['--maxmemory-policy', 'allkeys-lru']);
    expect(await ask(redis.port, 'CONFIG GET maxmemory-policy')).toContain('allkeys-lru');
  });
});

it('that of REDIS_URL is used as it is, and outlives the test', async () => {
  const redis = await startPrivateRedis();
  const before = process.env.REDIS_URL;
  process.env.REDIS_URL = redis.url;
  try {
    const shared = await startRedis();
    expect(shared).toMatchObject({ url: redis.url, host: '127.0.0.1', port: redis.port });
    await shared.stop();
    expect(await ask(redis.port, 'PING')).toBe('+PONG');
  } finally {
    if (before === undefined) delete process.env.REDIS_URL;
    else process.env.REDIS_URL = before;
    await redis.stop();
  }
});
