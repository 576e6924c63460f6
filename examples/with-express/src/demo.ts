// The demo: a shop with three planted leaks in a process of its own, load from this one, and what the guard finds.
// Exit code 0: all planted routes and their functions were named and no other; 1: not so; 2: the demo itself failed; 130: Ctrl-C.
import { openScreen, type PlantedPlace, runAsDemo } from 'demo-kit';
import { runDemo } from './demo/run-demo.ts';

/** What the app does wrong. Only this process knows it; the guard lives in the other one. */
const PLANTED: readonly PlantedPlace[] = [
  { scope: 'GET /cart', file: 'routes/cart.ts', function: 'openSession' },
  { scope: 'GET /thumbnails/:id', file: 'routes/thumbnails.ts', isOffHeap: true },
  { scope: 'GET /price-alerts/:sku', file: 'routes/price-alerts.ts' },
];

await runAsDemo((signal) =>
  runDemo({
    planted: PLANTED,
    server: new URL('./server.js', import.meta.url),
    screen: openScreen(process.stdout),
    signal,
  }),
);
