import { request, turningGuard } from '@leakguard/test-utils';
import { expect, it, onTestFinished } from 'vitest';
import { leakGuard } from '../src/index.ts';
import { listen, MAJORS } from './majors.ts';

it.each(MAJORS)(
  '$name: asks for a scope once, and again when scopes lost their place',
  async ({ express }) => {
    const guard = turningGuard();
    const app = express();
    app.use(leakGuard({ guard }));
    app.get('/users/:id', (req, res) => void res.end(req.params.id));
    const running = await listen(app);
    onTestFinished(() => running.close());
    const both = async (): Promise<void> => {
      for (const path of ['/users/1', '/users/2', '/nowhere', '/nowhere']) await request(running.port, path);
    };
    await both();
    await guard.finished(4);
    expect(guard.asked).toEqual(['GET /users/:id', '(unmatched)']);
    guard.turn();
    await both();
    expect(await guard.finished(8)).toHaveLength(8);
    expect(guard.asked).toEqual(['GET /users/:id', '(unmatched)', 'GET /users/:id', '(unmatched)']);
  },
);
