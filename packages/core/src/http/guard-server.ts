import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Http2SecureServer, Http2Server } from 'node:http2';
import type { Server as HttpsServer } from 'node:https';
import { Server as NetServer } from 'node:net';
import { refuse, resolveAdapterOptions } from '../adapter/options.ts';
import { ScopeOption } from '../adapter/scope-option.ts';
import type { Guard, GuardOptions } from '../types.ts';
import { GuardedServer } from './guarded-server.ts';
import { ServerCounter } from './server-counter.ts';

/** A server that {@link guardServer} takes. */
export type GuardableServer = HttpServer | HttpsServer | Http2Server | Http2SecureServer;

/** Options of {@link guardServer}: those of a guard, or a guard, and how requests are named. */
export type GuardServerOptions = (GuardOptions | { guard: Guard }) & {
  /**
   * Names a request's scope, called once when its response has finished or its connection broke, so that the router has
   * left its mark: method and route pattern, never a URL. Return few different names: the guard keeps 500, then `(other)`.
   * Undefined counts as `GET (unnamed)`. If it throws or answers with a promise, so do these requests, and one warning
   * (`LEAKGUARD_SCOPE_OPTION`) is emitted.
   */
  scope?: (req: IncomingMessage) => string | undefined;
};

const TEXTS = { adapter: 'guardServer', scopeArgs: '(req)' };

/**
 * Counts every request of a server of `node:http`, `node:https` or `node:http2`, and so of whatever framework listens on it
 * (Fastify, Hono ...), from its arrival until its response has finished or its connection broke, for the process's shared
 * guard or the one given. Adds no listener to a server of HTTP/1. Never throws into a request; called twice, or with an
 * adapter such as `@leakguard/express` inside, each request counts once per guard, under the adapter's name. While the guard is
 * disabled (`enabled: false`) or closed it leaves the server alone. Upgrades (WebSockets) and `CONNECT` are no requests.
 *
 * @param server may listen already
 * @returns the guard; closing it ends the counting
 * @throws LeakguardError `ERR_LEAKGUARD_OPTION` at once for what is no such server and for nonsense in the options
 * @example
 * const patterns = new WeakMap();
 * const server = createServer((req, res) => {
 *   patterns.set(req, 'GET /users/:id');
 *   res.end('Ada');
 * });
 * const { guard } = guardServer(server, { scope: (req) => patterns.get(req) });
 * server.listen(3000);
 */
export function guardServer(server: GuardableServer, options: GuardServerOptions = {}): { guard: Guard } {
  const protocol = protocolOf(server);
  if (protocol === null)
    refuse(TEXTS.adapter, 'server', shown(server), 'a server of node:http, node:https or node:http2');
  const { guard, identity, scope } = resolveAdapterOptions(options, TEXTS);
  GuardedServer.of(server, protocol).add(new ServerCounter(guard, identity, askable(scope)));
  return { guard };
}

/**
 * By their methods: `node:http2` has no class to ask for, and whoever serves plain HTTP should not load `node:https`. A
 * server of HTTP/2 may have the methods of HTTP/1 too, because it may take both.
 */
function protocolOf(server: unknown): 'http1' | 'http2' | null {
  if (!(server instanceof NetServer)) return null;
  if (typeof (server as Partial<Http2Server>).updateSettings === 'function') return 'http2';
  return typeof (server as Partial<HttpServer>).closeIdleConnections === 'function' ? 'http1' : null;
}

function askable(scope: GuardServerOptions['scope']): ScopeOption<[req: IncomingMessage]> | null {
  if (scope === undefined) return null;
  return new ScopeOption(scope, {
    option: "guardServer's option scope(req)",
    otherwise: 'count by their method, as in `GET (unnamed)`',
  });
}

/** Apps of frameworks are the likely mistake, and their source text says nothing. */
function shown(value: unknown): unknown {
  return typeof value === 'function' ? 'a function (an app? pass the server that it listens on)' : value;
}
