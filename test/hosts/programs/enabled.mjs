/** Two apps that count the same requests: one for the default guard, one for a guard that was made to count. */
import { createGuard } from '@leakguard/core';
import { leakGuard } from '@leakguard/express';
import express from 'express';
import { serve } from './served.mjs';

async function unitsOf(options) {
  const guarding = leakGuard(options);
  const app = express();
  app.use(guarding);
  app.get('/', (_req, res) => res.send('fine'));
  await serve(app, ['/', '/', '/']);
  return guarding.guard.report().scopes.map(({ units }) => units);
}

const silent = { info() {}, warn() {}, error() {} };
const guard = createGuard({ enabled: true, logger: silent });
console.log(JSON.stringify({ default: await unitsOf({}), given: await unitsOf({ guard }) }));
