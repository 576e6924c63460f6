import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { RoutedRequest } from './router-internals.ts';

/** A request in flight, as its connection sees it. */
export interface Exchange {
  readonly req: RoutedRequest | null;
  /** The request that came before on the same connection and is still in flight (pipelining, HTTP/2). */
  earlier: Exchange | null;
  /** The response has finished, or never will; called twice it acts once. */
  finish(): void;
}

/** Registered, so that two copies of this module meet on a connection; the number is the protocol of the object. */
const CONNECTION = Symbol.for('leakguard.express.connection/1');

type Carrier = Socket & { [CONNECTION]?: Connection };

/** What `node:http` publishes of a request when it comes in, and again when its response has finished. */
interface ServerMessage {
  request: RoutedRequest;
  socket: Carrier;
}

/**
 * The requests in flight on one connection, which hangs on its socket. A listener on every response costs several
 * microseconds, and a property on every request as much; sockets live long, and share a hidden class.
 */
export class Connection {
  /** True once the server of this connection was seen to publish its requests: their ends need no listener. */
  publishes = false;
  #latest: Exchange | null = null;

  /** Null where no request of its connection was counted, or where it has no socket that could carry it. */
  static of(req: RoutedRequest): Connection | null {
    return socketOf(req)?.[CONNECTION] ?? null;
  }

  /** Opened by the first request that is counted; null where the request has no socket, as some injected ones. */
  static open(req: RoutedRequest): Connection | null {
    const socket = socketOf(req);
    if (typeof socket?.once !== 'function') return null;
    const known = socket[CONNECTION];
    if (known !== undefined) return known;
    const connection = new Connection();
    connection.publishes = req === arrived?.request;
    socket.once('close', () => connection.#close());
    socket[CONNECTION] = connection;
    return connection;
  }

  find(req: RoutedRequest): Exchange | null {
    let exchange = this.#latest;
    while (exchange !== null && exchange.req !== req) exchange = exchange.earlier;
    return exchange;
  }

  add(exchange: Exchange): void {
    exchange.earlier = this.#latest;
    this.#latest = exchange;
  }

  remove(exchange: Exchange): void {
    if (this.#latest === exchange) {
      this.#latest = exchange.earlier;
      return;
    }
    let later = this.#latest;
    while (later !== null && later.earlier !== exchange) later = later.earlier;
    if (later !== null) later.earlier = exchange.earlier;
  }

  /** The socket has closed: what is still in flight was aborted. */
  #close(): void {
    for (let exchange = this.#latest; exchange !== null; exchange = this.#latest) {
      this.#latest = exchange.earlier;
      exchange.finish();
    }
  }
}

/** The request that came in last, until it finishes: its app runs at once, when nothing has been read of it yet. */
let arrived: ServerMessage | null = null;

/** True for the request that came in last, while its client is there and its response has not finished. */
export function isLatestAlive(req: RoutedRequest): boolean {
  return req === arrived?.request && !arrived.socket.destroyed;
}

function socketOf(req: RoutedRequest): Carrier | null | undefined {
  return req === arrived?.request ? arrived.socket : req.socket;
}

let watching = false;

/** From now on requests are seen to come and finish as `node:http` publishes it. */
export function watchServers(): void {
  if (watching) return;
  watching = true;
  subscribe('http.server.request.start', onStart as (message: unknown) => void);
  subscribe('http.server.response.finish', onFinish as (message: unknown) => void);
}

function onStart(message: ServerMessage): void {
  arrived = message;
}

/** Never throws: an error of a subscriber would end the process. */
function onFinish({ request, socket }: ServerMessage): void {
  try {
    if (request === arrived?.request) arrived = null;
    const connection = socket[CONNECTION];
    if (connection === undefined) return;
    connection.publishes = true;
    connection.find(request)?.finish();
  } catch {
    // A message of another shape, from whoever else publishes here.
  }
}
