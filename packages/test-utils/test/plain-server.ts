import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { guardServer } from '@leakguard/core';
import type { AppSpec, Exchange, RunningApp, Step } from '../src/index.ts';

type Guarding = Extract<Step, { guard: unknown }>;

/** A contract app on `node:http` alone: routes by hand, and the app itself notes by which a request was served. */
export async function startPlainServer(spec: AppSpec): Promise<RunningApp> {
  const names = new WeakMap<IncomingMessage, string>();
  const server = createServer((req, res) => {
    const fail = (error: Error): void => void res.writeHead(500).end(error.message);
    const path = req.url?.split('?')[0] ?? '/';
    const note = (name: string) => names.set(req, `${req.method} ${name}`);
    void serve(spec, { path, mount: '', note, exchange: { req, res, pass: () => {} } }).catch(fail);
  });
  for (const { guard, scope } of guardingSteps(spec)) {
    guardServer(server, { guard, scope: (req) => scope?.(req, undefined as never) ?? names.get(req) });
  }
  return listen(server);
}

function guardingSteps(steps: AppSpec): Guarding[] {
  return steps.flatMap((step) =>
    'guard' in step ? [step] : 'router' in step ? guardingSteps(step.steps) : [],
  );
}

interface Visit {
  /** What is left of the path below `mount`. */
  path: string;
  mount: string;
  note(name: string): void;
  exchange: Exchange;
}

async function serve([step, ...rest]: AppSpec, visit: Visit): Promise<unknown> {
  if (step === undefined) return visit.exchange.pass();
  const pass = () => serve(rest, visit);
  const { path, mount, note } = visit;
  const exchange = { ...visit.exchange, pass };
  if ('route' in step && isMethod(step, exchange.req) && matched(step.route, path) === path) {
    note(mount + step.route);
    return step.does(exchange);
  }
  if ('middleware' in step && matched(step.middleware, path) !== null) {
    note(`${mount}${step.middleware} (middleware)`);
    return step.does(exchange);
  }
  const start = 'router' in step ? matched(step.router, path) : null;
  if (!('router' in step) || start === null) return pass();
  return serve(step.steps, {
    ...visit,
    path: path.slice(start.length),
    mount: mount + step.router,
    exchange,
  });
}

function isMethod({ method = 'get' }: { method?: string }, req: IncomingMessage): boolean {
  return method === 'all' || method === req.method?.toLowerCase();
}

/** The start of the path that a pattern takes, null if it does not. */
function matched(pattern: string, path: string): string | null {
  return new RegExp(`^${pattern.replace(/:\w+/g, '[^/]+')}(?=/|$)`).exec(path)?.[0] ?? null;
}

async function listen(server: Server): Promise<RunningApp> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { port: (server.address() as AddressInfo).port, close };
}
