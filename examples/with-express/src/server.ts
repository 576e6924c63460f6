// The server process: the shop on a free port of 127.0.0.1. `node dist/server.js` serves until Ctrl-C;
// with an IPC channel (as the demo's child) it also answers 'report' and 'analyze'.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createShop } from './app.ts';
import type { Ask, ServerMessage } from './server-messages.ts';

// `prove` answers within a minute and forces GCs for it: for staging. In production leave the level out.
const shop = createShop({ level: 'prove', enabled: true });
const { guard } = shop.leakGuard;

const server = createServer(shop.app);
// Longer than any pause of a slow machine, so that no request meets a connection that is just being closed.
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  if (process.send === undefined) console.log(`http://127.0.0.1:${port}`);
  tell({ type: 'listening', port });
});

if (process.send !== undefined) {
  // Ctrl-C reaches the whole process group: the demo decides when this process ends, and its death is one reason.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(0));
  process.on('message', (message: Ask) => void answer(message));
}

async function answer({ id, ask }: Ask): Promise<void> {
  try {
    tell({ type: 'answer', id, report: ask === 'analyze' ? await guard.analyze() : guard.report() });
  } catch (error) {
    tell({ type: 'failed', id, message: String(error) });
  }
}

function tell(message: ServerMessage): void {
  if (process.connected) process.send?.(message);
}
