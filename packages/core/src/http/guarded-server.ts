import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { noteEmitter } from '../measure/seen-emitters.ts';
import type { ServerCounter } from './server-counter.ts';
import { noteGuardedServer, ServerExchange } from './server-exchange.ts';
import { onRequestStart, watchServers } from './server-messages.ts';

/** Registered: the copy of this package that guards a server first does it for all. The number is the protocol. */
const GUARDED = Symbol.for('leakguard.guarded-server/1');

type GuardableServer = EventEmitter & { [GUARDED]?: GuardedServer };

/** A server whose requests are counted, and for whom. */
export class GuardedServer {
  #counters: readonly ServerCounter[] = [];

  /** The one that guards this server, made if there is none. */
  static of(server: EventEmitter, protocol: 'http1' | 'http2'): GuardedServer {
    const known = (server as GuardableServer)[GUARDED];
    if (known !== undefined) return known;
    const guarded = new GuardedServer();
    Object.defineProperty(server, GUARDED, { value: guarded });
    noteGuardedServer();
    noteEmitter(server, 'Server');
    watchRequests();
    if (protocol === 'http2') guarded.#listen(server);
    return guarded;
  }

  add(counter: ServerCounter): void {
    this.#counters = [...this.#counters, counter];
  }

  /** A request of HTTP/1, also one that a server of HTTP/2 takes. */
  arrived(req: IncomingMessage, res: ServerResponse): void {
    const counters = this.#counting();
    if (counters.length > 0) ServerExchange.start(req, res, counters);
  }

  /** `node:http` publishes nothing of HTTP/2. In front, so that a request counts before anybody works for it. */
  #listen(server: EventEmitter): void {
    server.prependListener('request', (req: IncomingMessage, res: ServerResponse) => {
      try {
        const counters = req.httpVersionMajor >= 2 ? this.#counting() : [];
        if (counters.length > 0) ServerExchange.startApart(req, res, counters);
      } catch {
        // The guard never breaks a request: this one goes on uncounted.
      }
    });
  }

  /** Without those whose guard is closed: servers outlive guards. */
  #counting(): readonly ServerCounter[] {
    const counters = this.#counters;
    if (!counters.every((counter) => counter.counts()))
      this.#counters = counters.filter((counter) => counter.counts());
    return this.#counters;
  }
}

let watching = false;

/**
 * Requests are learned of from `node:http` and not by a listener of the server: a listener for `checkContinue` changes
 * what the server does, and one for `request` is moved behind their own by libraries such as engine.io.
 */
function watchRequests(): void {
  if (watching) return;
  watching = true;
  watchServers();
  onRequestStart(({ server, request, response }) => {
    const guarded = (server as GuardableServer)[GUARDED];
    // Another copy of this package watches what it guards by itself.
    if (guarded instanceof GuardedServer) guarded.arrived(request, response);
  });
}
