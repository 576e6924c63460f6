import { expect, it, onTestFinished } from 'vitest';
import { SimulatedServer } from '../simulated-server.ts';

it('promises no moment at which the heap is full while nothing is served that could fill it', () => {
  const server = new SimulatedServer({
    seed: 3,
    level: 'auto',
    hours: 0.4,
    gcSeconds: 10,
    rate: () => 40,
    keeps: [{ route: 1, bytes: 3000, below: 0.7, place: 'nowhere' }],
  }).run();
  onTestFinished(() => server.guard.close());
  expect(server.guard.report().memory.forecast).not.toBeNull();
  server.runtime.pass(180_000);
  expect(server.guard.report().memory.forecast).toBeNull();
});
