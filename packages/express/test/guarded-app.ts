import { recordingGuard } from '@leakguard/test-utils';
import type { Express as App } from 'express';
import { onTestFinished } from 'vitest';
import { leakGuard } from '../src/index.ts';
import { listen } from './majors.ts';

/** An app behind a recording guard, listening until the test is over. */
export async function startGuarded(express: () => App, build: (app: App) => void) {
  const guard = recordingGuard();
  const app = express();
  app.use(leakGuard({ guard }));
  build(app);
  const running = await listen(app);
  onTestFinished(() => running.close());
  return { app, guard, port: running.port };
}

/** The guard of the first guarded middleware of an app. */
export function guardOf(app: App) {
  const layers = ((app as never as { _router?: unknown })._router ?? app.router) as {
    stack: { handle: never }[];
  };
  return layers.stack.map((layer) => (layer.handle as { guard?: never }).guard).find(Boolean)!;
}
