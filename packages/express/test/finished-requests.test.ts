import { Agent, type IncomingMessage } from 'node:http';
import { collected, forgetfulGuard, request } from '@leakguard/test-utils';
import type { RequestHandler } from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { leakGuard } from '../src/index.ts';
import { listen, MAJORS } from './majors.ts';

/** Passes on a turn later, so that other requests enter layers in between. */
const later: RequestHandler = (_req, _res, next) => void setImmediate(next);

describe.each(MAJORS)('$name: a finished request is garbage', ({ express }) => {
  async function start(before: RequestHandler[] = []) {
    const requests: WeakRef<IncomingMessage>[] = [];
    const app = express();
    const note: RequestHandler = (req, _res, next) => {
      requests.push(new WeakRef(req));
      next();
    };
    const router = express.Router();
    router.get('/users/:id', (req, res) => void res.end(req.params.id));
    app.use(note, ...before, leakGuard({ guard: forgetfulGuard() }));
    app.use('/orgs', router);
    app.get('/users/:id', later, (req, res) => void res.end(req.params.id));
    const running = await listen(app);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(async () => {
      agent.destroy();
      await running.close();
    });
    return { requests, port: running.port, agent };
  }

  it.each([
    ['when the server idles', 1],
    ['after further requests', 4],
  ])('%s', async (_, count) => {
    const { requests, port } = await start();
    for (let n = 0; n < count; n++) await request(port, n % 2 ? '/orgs/users/1' : '/users/1');
    expect(requests).toHaveLength(count);
    expect(await collected(requests)).toBe(true);
  });

  it('while its connection is kept alive and idle', async () => {
    const { requests, port, agent } = await start();
    for (const path of ['/users/1', '/orgs/users/1', '/nowhere']) {
      await request(port, path, { agent });
      expect(await collected(requests)).toBe(true);
    }
    expect(requests).toHaveLength(3);
    expect(Object.keys(agent.freeSockets)).toHaveLength(1);
  });

  it('where requests at once reach the guard late, through an asynchronous middleware', async () => {
    const { requests, port } = await start([later]);
    await Promise.all(Array.from({ length: 5 }, (_, n) => request(port, `/users/${n}`)));
    expect(requests).toHaveLength(5);
    expect(await collected(requests)).toBe(true);
  });

  it('once another came, where it was answered before it reached the guard', async () => {
    const early: RequestHandler = (req, res, next) => (req.url === '/early' ? void res.end() : next());
    const { requests, port } = await start([early]);
    await request(port, '/users/1');
    await request(port, '/early');
    await request(port, '/users/2');
    expect(requests).toHaveLength(3);
    expect(await collected(requests)).toBe(true);
  });

  it('and this test would notice one that is not', async () => {
    const kept: object[] = [];
    const { requests, port } = await start([(req, _res, next) => next(void kept.push(req))]);
    await request(port, '/users/1');
    expect(await collected(requests)).toBe(false);
    expect(kept).toHaveLength(1);
  });
});
