// The demo: a shop with three planted leaks in a process of its own, load from this one, and what the guard finds.
// Exit code 0: all planted routes were named and no other; 1: not so; 2: the demo itself failed; 130: Ctrl-C.
import { constants } from 'node:os';
import { runDemo } from './demo/run-demo.ts';
import { openScreen } from './demo/screen.ts';

/** What the app does wrong. Only this process knows it; the guard lives in the other one. */
const PLANTED: readonly string[] = ['GET /cart', 'GET /thumbnails/:id', 'GET /price-alerts/:sku'];

const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    process.exitCode = 128 + constants.signals[signal];
    // The second Ctrl-C does not wait for anything.
    if (abort.signal.aborted) process.exit();
    abort.abort();
  });
}

try {
  const passed = await runDemo({
    planted: PLANTED,
    server: new URL('./server.js', import.meta.url),
    screen: openScreen(process.stdout),
    signal: abort.signal,
  });
  process.exitCode = passed ? 0 : 1;
} catch (error) {
  if (abort.signal.aborted) {
    console.error('stopped');
  } else {
    console.error(error);
    process.exitCode = 2;
  }
}
