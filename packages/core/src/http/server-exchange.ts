import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Seen, Unit } from '../types.ts';
import { type Connection, Connections, type Exchange } from './connections.ts';
import type { ServerCounter } from './server-counter.ts';

/** One request in flight as one guard counts it. It is also what the guard gets to see of it at the end. */
class CountedRequest implements Seen {
  readonly subject: IncomingMessage;
  readonly counter: ServerCounter;
  readonly following: CountedRequest | null;
  /** Null once an adapter has taken it over. */
  unit: Unit | null;

  constructor(req: IncomingMessage, counter: ServerCounter, following: CountedRequest | null) {
    this.subject = req;
    this.counter = counter;
    this.following = following;
    this.unit = counter.guard.begin();
  }

  /** Never throws: a response that finishes has nobody to tell, and other guards still count. */
  end(): void {
    try {
      this.unit?.end(this.counter.scopeOf(this.subject), this);
    } catch {
      // The guard may be anybody's: whatever it throws ends here.
    }
  }
}

/**
 * What the installed copies of this package (ESM, CommonJS, several versions) have in common: an adapter of one takes
 * over requests that `guardServer` of another has begun.
 */
interface SharedState {
  /** How many servers are guarded: while there are none, adapters need not look. */
  servers: number;
  /** Exchanges that are on no connection of `node:http`: those of HTTP/2. */
  readonly apart: WeakMap<object, ServerExchange>;
}

/** The number is the protocol, that of an exchange included. */
const SHARED = Symbol.for('leakguard.guarded-servers/1');
const host = globalThis as typeof globalThis & { [SHARED]?: SharedState };
host[SHARED] ??= { servers: 0, apart: new WeakMap() };
const shared: SharedState = host[SHARED];

const connections = new Connections<ServerExchange>('server.connection/1');

/** A request of a guarded server, from its arrival until its response has finished or its connection broke. */
export class ServerExchange implements Exchange {
  req: IncomingMessage | null;
  #connection: Connection<ServerExchange> | null = null;
  #counted: CountedRequest | null = null;

  private constructor(req: IncomingMessage) {
    this.req = req;
  }

  /** Begins a unit in every guard that counts; nothing for a client that is already gone, for it could never end. */
  static start(req: IncomingMessage, res: ServerResponse, counters: readonly ServerCounter[]): void {
    const connection = connections.open(req, res);
    if (connection === null) return;
    const exchange = new ServerExchange(req);
    exchange.#connection = connection;
    connection.add(exchange);
    exchange.#begin(req, counters);
  }

  /** The same for a request of HTTP/2, whose end is told by its response alone. */
  static startApart(req: IncomingMessage, res: ServerResponse, counters: readonly ServerCounter[]): void {
    if (shared.apart.has(req)) return;
    const exchange = new ServerExchange(req);
    shared.apart.set(req, exchange);
    res.once('close', () => exchange.finish());
    exchange.#begin(req, counters);
  }

  /** Tells the guards, and lets go of everything in case something keeps this. */
  finish(): void {
    const { req } = this;
    if (req === null) return;
    this.req = null;
    this.#connection?.remove(this, req);
    let each = this.#counted;
    this.#counted = null;
    for (; each !== null; each = each.following) each.end();
  }

  /** The unit of that guard, which from now on is its taker's to name and to end; null if it counts none. */
  takeOver(identity: unknown): Unit | null {
    const counted = this.#find(identity);
    const unit = counted?.unit ?? null;
    if (counted !== null) counted.unit = null;
    return unit;
  }

  #begin(req: IncomingMessage, counters: readonly ServerCounter[]): void {
    for (const counter of counters) {
      if (this.#find(counter.identity) !== null) continue;
      try {
        this.#counted = new CountedRequest(req, counter, this.#counted);
      } catch {
        // A guard that throws counts nothing; the others do.
      }
    }
  }

  #find(identity: unknown): CountedRequest | null {
    let each = this.#counted;
    while (each !== null && each.counter.identity !== identity) each = each.following;
    return each;
  }
}

/** Adapters have to look for requests of one more server. */
export function noteGuardedServer(): void {
  shared.servers += 1;
}

/**
 * The unit that `guardServer` has begun for this request and this guard, for an adapter inside of the server, which
 * knows a better name: it counts on in place of one of the adapter's own, and the adapter must end it. Null if there is
 * none, or if another adapter has it.
 *
 * @param identity as {@link resolveAdapterOptions} gives it
 */
export function takeOverUnit(req: IncomingMessage, res: ServerResponse, identity: unknown): Unit | null {
  if (shared.servers === 0) return null;
  const exchange = connections.find(req, res) ?? shared.apart.get(req);
  return exchange?.takeOver(identity) ?? null;
}
