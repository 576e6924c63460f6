import { expect } from 'vitest';
import { logLines, type ProgramOptions, run } from './run-program.ts';

/** All requests answered and counted, a GC forced, the floor read, no error. */
export const ALL_IS_WELL = {
  answers: 20,
  units: { 'GET /users/:id': 10, 'GET /health': 10 },
  forcedGcs: 1,
  floorBytes: expect.any(Number),
  heapLimitBytes: expect.any(Number),
  errors: [],
};

/** An app at `prove`, which needs the most of its host. */
export async function app(options: ProgramOptions & { guard?: object } = {}) {
  const args = [JSON.stringify({ level: 'prove', ...options.guard })];
  const { code, stdout, stderr } = await run('express-app.mjs', { ...options, args });
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return { result: JSON.parse(stdout), log: logLines(stderr) };
}
