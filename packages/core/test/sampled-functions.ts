import type { AppFiles } from '../src/frames/app-files.ts';
import type { AllocationReading, ProfiledFunction } from '../src/internal-types.ts';

/** An app of one file: two handlers, what they call, and what neither is seen to call. */
const SOURCE = `const kept = new Map();
function users() { keepUser(); }
function orders() { keepOrder(); }
function keepUser(user) { kept.set(user.id, user); }
function keepOrder(order) { kept.set(order.id, order); }
function elsewhere() {}
`;
const PATH = '/app/app.js';

const EXPRESS = '/app/node_modules/express';

const FILES: Record<string, string> = {
  [PATH]: SOURCE,
  [`${EXPRESS}/package.json`]: '{ "name": "express", "version": "5.1.0" }',
  [`${EXPRESS}/lib/response.js`]:
    'const sent = new Map();\nfunction json(body) { sent.set(body.id, body); }\n',
};

export const APP_FILES: AppFiles = {
  cwd: '/app',
  readSource: (path) => FILES[path] ?? null,
  readMap: () => null,
  now: () => 0,
};

/** A function of the app as a profile has it. */
export function appFunction(name: string): ProfiledFunction {
  const lines = SOURCE.split('\n');
  const line = lines.findIndex((text) => text.startsWith(`function ${name}(`));
  return { name, scriptId: 7, url: `file://${PATH}`, line, column: lines[line]!.indexOf('(') };
}

/** Node's own, that requests are kept by. */
export const NODE_FUNCTION: ProfiledFunction = {
  ...{ name: 'parserOnIncoming', scriptId: 3, url: 'node:_http_server', line: 900, column: 20 },
};

/** A framework's, that keeps what it is given. */
export const FRAMEWORK_FUNCTION: ProfiledFunction = {
  ...{ name: 'json', scriptId: 5, url: `file://${EXPRESS}/lib/response.js`, line: 1, column: 13 },
};

/** Leakguard's own. */
export const OWN_FUNCTION: ProfiledFunction = {
  ...{
    name: 'own',
    scriptId: 9,
    url: 'file:///app/node_modules/@leakguard/core/dist/ledger.js',
    line: 3,
    column: 5,
  },
};

/** Samples of `bytes` each on these stacks, innermost function first, with the given ordinals. */
export function profileOf(
  stacks: readonly { frames: readonly ProfiledFunction[]; ordinals: readonly number[]; bytes?: number }[],
): Pick<AllocationReading, 'functions' | 'stacks' | 'samples'> {
  const functions = stacks.flatMap(({ frames }) => frames);
  let from = 0;
  const indexes = stacks.map(({ frames }) => frames.map(() => from++));
  const samples = stacks
    .flatMap(({ ordinals, bytes = 65_536 }, stack) => ordinals.map((ordinal) => ({ ordinal, bytes, stack })))
    .sort((a, b) => a.ordinal - b.ordinal);
  return { functions, stacks: indexes, samples };
}

/** Whole numbers from `from`, below `to`, `step` apart. */
export function ordinalsBetween(from: number, to: number, step = 1): number[] {
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, index) => from + index * step);
}

/** What comes of work in steps when all of it is done. */
export function finished<T>(steps: Generator<unknown, T>): T {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}
