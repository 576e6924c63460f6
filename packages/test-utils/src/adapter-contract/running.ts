import { onTestFinished } from 'vitest';
import { type RecordingGuard, recordingGuard } from '../recording-guard.ts';
import type { AdapterUnderTest, AppSpec } from './app-spec.ts';

/** Starts an app with a recording guard in front, and closes it when the test is over. */
export async function startGuarded(
  adapter: AdapterUnderTest,
  spec: AppSpec,
): Promise<{ guard: RecordingGuard; port: number }> {
  const guard = recordingGuard();
  const port = await start(adapter, [{ guard }, ...spec]);
  return { guard, port };
}

/** Starts an app, and closes it when the test is over. */
export async function start(adapter: AdapterUnderTest, spec: AppSpec): Promise<number> {
  const app = await adapter.startApp(spec);
  onTestFinished(() => app.close());
  return app.port;
}

/** What a unit has entered while it is in flight: an adapter that knows no routes learns their names too late. */
export function enteredBy({ knowsRoutes = true }: AdapterUnderTest, scope: string): string[] {
  return knowsRoutes ? [scope] : [];
}
