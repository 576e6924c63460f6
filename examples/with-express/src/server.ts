// The server process: the shop on a free port of 127.0.0.1. `node dist/server.js` serves until Ctrl-C;
// with an IPC channel (as the demo's child) it also answers 'report' and 'analyze'.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GrowthReport } from '@leakguard/core';
import { answerParent } from 'demo-kit';
import { createShop } from './app.ts';

/** What the demo waits for. */
export interface ServerReady {
  port: number;
}

/** What the demo may ask. */
export type ServerAnswers = Record<'report' | 'analyze', () => GrowthReport | Promise<GrowthReport>>;

// `prove` answers within a minute and forces GCs for it: for staging. In production leave the level out.
const shop = createShop({ level: 'prove', enabled: true });
const { guard } = shop.leakGuard;

const server = createServer(shop.app);
// Longer than any pause of a slow machine, so that no request meets a connection that is just being closed.
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  if (process.send === undefined) console.log(`http://127.0.0.1:${port}`);
  answerParent(
    { report: () => guard.report(), analyze: () => guard.analyze() } satisfies ServerAnswers,
    { port } satisfies ServerReady,
  );
});
