import { type RecordingGuard, recordingGuard } from '@leakguard/test-utils';
import type Koa from 'koa';
import { onTestFinished } from 'vitest';
import { leakGuard } from '../src/index.ts';
import { listen } from './majors.ts';

/** Listens until the test is over. */
export async function serve(app: Koa) {
  const running = await listen(app);
  onTestFinished(() => running.close());
  return running;
}

/** An app behind a recording guard, listening until the test is over. */
export async function startGuarded(App: typeof Koa, build: (app: Koa, guard: RecordingGuard) => void) {
  const guard = recordingGuard();
  const app = new App();
  app.use(leakGuard({ guard }));
  build(app, guard);
  const { port, server } = await serve(app);
  return { app, guard, port, server };
}
