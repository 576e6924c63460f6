/**
 * A small app with `app.use(leakGuard(options))`, options as JSON in the first argument. Requests itself, tries to force
 * a GC, and prints what came of it as JSON. The guard is not closed: nothing of it may keep the process.
 */
import { leakGuard } from '@leakguard/express';
import express from 'express';
import { serve } from './served.mjs';

const guarding = leakGuard(JSON.parse(process.argv[2] ?? '{}'));
const errors = [];
guarding.guard.on('error', ({ message }) => errors.push(message));

const app = express();
app.use(guarding);
app.get('/users/:id', (req, res) => res.json({ id: req.params.id }));
app.get('/health', (_req, res) => res.send('fine'));

const paths = Array.from({ length: 20 }, (_, id) => (id % 2 === 0 ? `/users/${id}` : '/health'));
const answers = await serve(app, paths);
const report = await guarding.guard.analyze();
const units = Object.fromEntries(report.scopes.map((scope) => [scope.scope, scope.units]));
const { forcedGcs } = report.evidence;
const { floorBytes, heapLimitBytes } = report.memory;
console.log(
  JSON.stringify({ answers: answers.length, units, forcedGcs, floorBytes, heapLimitBytes, errors }),
);
