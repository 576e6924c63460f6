// The service on a free port of 127.0.0.1: `node dist/server.js` serves until Ctrl-C and prints the report every minute.
import { formatReport } from '@leakguard/core';
import { createService } from './app.ts';

const REPORT_EVERY_MS = 60_000;

// `prove` answers within a minute and forces GCs for it: for staging. In production leave the level out.
const { app, guard } = createService({ level: 'prove' });
console.log(await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 0) }));
setInterval(() => console.log(formatReport(guard.report())), REPORT_EVERY_MS);
