// The service on a free port of 127.0.0.1: `node dist/server.js` serves until Ctrl-C and prints the report every minute.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { formatReport } from '@leakguard/core';
import { createService } from './app.ts';

const REPORT_EVERY_MS = 60_000;

// `prove` answers within a minute and forces GCs for it: for staging. In production leave the level out.
const { app, guard } = createService({ level: 'prove' });
const server = app.listen(Number(process.env.PORT ?? 0), '127.0.0.1');
await once(server, 'listening');
console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
setInterval(() => console.log(formatReport(guard.report())), REPORT_EVERY_MS);
