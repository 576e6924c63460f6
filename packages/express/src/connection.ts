import { subscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { RoutedRequest } from './router-internals.ts';

/** A request in flight, as its connection sees it. */
export interface Exchange {
  readonly req: RoutedRequest | null;
  /** The response has finished, or never will; called twice it acts once. */
  finish(): void;
}

/** Registered, so that two copies of this module meet on a connection; the number is the protocol of the object. */
const CONNECTION = Symbol.for('leakguard.express.connection/1');

type Carrier = Socket & { [CONNECTION]?: Connection };

/** What `node:http` publishes of a request when it comes in, and again when its response has finished. */
interface ServerMessage {
  request: RoutedRequest;
  response: ServerResponse;
  socket: Carrier;
}

/**
 * The requests in flight on one connection of a `node:http` server, which hangs on its socket. A listener on every
 * response costs several microseconds, and a property on every request as much; sockets live long, and share a hidden
 * class.
 */
export class Connection {
  #latest: Exchange | null = null;
  /** Those that came before the latest and are still in flight, which is rare (pipelining); null where none ever was. */
  #earlier: Map<RoutedRequest, Exchange> | null = null;

  /** What is known of a request in flight; null if it is on no connection. */
  static find(req: RoutedRequest, res: ServerResponse): Exchange | null {
    if (req === arrived?.request) return arrived.socket[CONNECTION]?.find(req) ?? null;
    // A middleware may have put another socket into the request; the response still has its own.
    return findOn(req.socket, req) ?? findOn(res.socket, req);
  }

  /** The connection of a request whose end `node:http` will publish; null for all others. */
  static open(req: RoutedRequest, res: ServerResponse): Connection | null {
    if (arrived === null || !isLatestAlive(req) || arrived.response !== res) return null;
    const { socket } = arrived;
    const known = socket[CONNECTION];
    if (known !== undefined) return known;
    const connection = new Connection();
    socket.once('close', () => connection.#close());
    socket[CONNECTION] = connection;
    return connection;
  }

  find(req: RoutedRequest): Exchange | null {
    return this.#latest?.req === req ? this.#latest : (this.#earlier?.get(req) ?? null);
  }

  add(exchange: Exchange): void {
    const latest = this.#latest;
    if (latest !== null && latest.req !== null) {
      this.#earlier ??= new Map();
      this.#earlier.set(latest.req, latest);
    }
    this.#latest = exchange;
  }

  remove(exchange: Exchange, req: RoutedRequest): void {
    if (this.#latest === exchange) this.#latest = null;
    else this.#earlier?.delete(req);
  }

  /** The socket has closed: what is still in flight was aborted. */
  #close(): void {
    for (const exchange of [...(this.#earlier?.values() ?? []), this.#latest]) exchange?.finish();
  }
}

function findOn(socket: Carrier | null | undefined, req: RoutedRequest): Exchange | null {
  return socket?.[CONNECTION]?.find(req) ?? null;
}

/** The request that came in last, until it finishes: its app runs at once, when nothing has been read of it yet. */
let arrived: ServerMessage | null = null;

/** True for the request that came in last, while its client is there and its response has not finished. */
export function isLatestAlive(req: RoutedRequest): boolean {
  return req === arrived?.request && !arrived.socket.destroyed;
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
    socket[CONNECTION]?.find(request)?.finish();
  } catch {
    // A message of another shape, from whoever else publishes here.
  }
}
