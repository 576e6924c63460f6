import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { noteEmitter } from '../measure/seen-emitters.ts';
import { arrival, onResponseFinish } from './server-messages.ts';

/** A request in flight, as its connection sees it. */
export interface Exchange {
  readonly req: IncomingMessage | null;
  /** The response has finished, or never will; called twice it acts once. */
  finish(): void;
}

/** Properties of a socket are typed by their key, which is the adapter's. */
type Carrier<E extends Exchange> = Socket & { [key: symbol]: Connection<E> | undefined };

/**
 * The exchanges that one adapter has in flight on connections of `node:http` servers: each ends once, when its response
 * has finished or its connection broke.
 */
export class Connections<E extends Exchange> {
  readonly #key: symbol;
  #isWatching = false;

  /** @param name of the adapter and the protocol of its exchanges: copies of one adapter meet on a connection */
  constructor(name: string) {
    this.#key = Symbol.for(`leakguard.${name}`);
  }

  /** What is known of a request in flight; null if it is on no connection. */
  find(req: IncomingMessage, res: ServerResponse): E | null {
    const message = arrival(req);
    if (message !== null) return this.#on(message.socket)?.find(req) ?? null;
    // A middleware may have put another socket into the request; the response still has its own.
    return this.#on(req.socket)?.find(req) ?? this.#on(res.socket)?.find(req) ?? null;
  }

  /** The connection of a request whose end `node:http` will publish; null for all others. */
  open(req: IncomingMessage, res: ServerResponse): Connection<E> | null {
    const message = arrival(req);
    if (message === null || message.socket.destroyed || message.response !== res) return null;
    const socket = message.socket as Carrier<E>;
    this.#watchResponses();
    const known = socket[this.#key];
    if (known !== undefined) return known;
    noteEmitter(message.server as EventEmitter, 'Server');
    const connection = new Connection<E>();
    socket.once('close', () => connection.close());
    socket[this.#key] = connection;
    return connection;
  }

  /**
   * From now on the exchange is told when its response has finished, or never will: by its connection, which is given
   * back, or else (null) by a listener on the response.
   */
  watch(exchange: E, req: IncomingMessage, res: ServerResponse): Connection<E> | null {
    const connection = this.open(req, res);
    if (connection === null) res.once('close', () => exchange.finish());
    else connection.add(exchange);
    return connection;
  }

  /**
   * Not before a connection is opened: an app without `guardServer` would look for its exchanges at every response, and
   * one read site that sees two keys goes the slow way for both.
   */
  #watchResponses(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    onResponseFinish(({ request, socket }) => this.#on(socket)?.find(request)?.finish());
  }

  #on(socket: Socket | null | undefined): Connection<E> | undefined {
    return (socket as Carrier<E> | null | undefined)?.[this.#key];
  }
}

/**
 * The exchanges in flight on one connection, which hangs on its socket. A property on every request costs microseconds;
 * sockets live long, and share a hidden class.
 */
export class Connection<E extends Exchange> {
  #latest: E | null = null;
  /** Those that came before the latest and are still in flight, which is rare (pipelining); null where none ever was. */
  #earlier: Map<IncomingMessage, E> | null = null;

  find(req: IncomingMessage): E | null {
    return this.#latest?.req === req ? this.#latest : (this.#earlier?.get(req) ?? null);
  }

  add(exchange: E): void {
    const latest = this.#latest;
    if (latest !== null && latest.req !== null) {
      this.#earlier ??= new Map();
      this.#earlier.set(latest.req, latest);
    }
    this.#latest = exchange;
  }

  remove(exchange: E, req: IncomingMessage): void {
    if (this.#latest === exchange) this.#latest = null;
    else this.#earlier?.delete(req);
  }

  /** The socket has closed: what is still in flight was aborted. */
  close(): void {
    for (const exchange of [...(this.#earlier?.values() ?? []), this.#latest]) exchange?.finish();
  }
}
