import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { dirname } from 'node:path';
import { contained, toError } from '../contain.ts';
import { type ControlTarget, pipeName, socketPath } from './control-address.ts';
import { serveConnection } from './control-connection.ts';
import { preparedFolder } from './control-places.ts';
import type { Ask } from './control-protocol.ts';

import { isDead, removeStaleSockets } from './stale-sockets.ts';

/** Clients at a time; more are turned away. */
const MAX_CONNECTIONS = 4;

export interface ControlServerOptions {
  target: ControlTarget;
  answer: (ask: Ask) => Promise<unknown>;
  requestTimeoutMs: number;
  onUnavailable: (reason: string) => void;
}

/** The listening side: its socket's place, its file, and its end. */
export class ControlServer {
  readonly #options: ControlServerOptions;
  /** Also when the process exits, where whatever is thrown would be the host's: it may not be allowed to any more. */
  readonly #remove = (): void => contained(() => rmSync(this.#path!, { force: true }), undefined);
  #server: Server | null = null;
  /** Of the socket's file while this server owns it; null on Windows, where nothing has to be removed. */
  #path: string | null = null;
  #isClosed = false;

  constructor(options: ControlServerOptions) {
    this.#options = options;
  }

  open(): void {
    try {
      const { target } = this.#options;
      if (process.geteuid === undefined) this.#listen(pipeName(target), false);
      else this.#listen(preparedPath(target), true);
    } catch (error) {
      this.#off(error);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#release();
    // Node removes the file of a server that it closes.
    this.#server?.close();
    this.#server = null;
  }

  #listen(address: string, isFile: boolean, isRetry = false): void {
    const { answer, requestTimeoutMs } = this.#options;
    const server = createServer((socket) => serveConnection(socket, answer, requestTimeoutMs));
    server.maxConnections = MAX_CONNECTIONS;
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' && isFile && !isRetry) this.#replaceDead(address, error);
      else this.#off(error);
    });
    server.once('listening', () => this.#listening(address, isFile));
    // In a cluster's worker, `exclusive` keeps the primary from listening in its place.
    server.listen({ path: address, exclusive: true });
    server.unref();
    this.#server = server;
  }

  #listening(address: string, isFile: boolean): void {
    if (this.#isClosed || !isFile) return;
    this.#path = address;
    process.once('exit', this.#remove);
    try {
      chmodSync(address, 0o600);
      removeStaleSockets(dirname(address));
    } catch {
      // The folder lets nobody else in, and what is stale hurts nobody.
    }
  }

  /** The name is taken: by a process that died with this pid, or by one that shares the folder, as containers may, or by a guard of this process. */
  #replaceDead(path: string, error: Error): void {
    isDead(path, (dead) => {
      if (this.#isClosed) return;
      if (!dead) return this.#off(error);
      try {
        rmSync(path, { force: true });
        this.#listen(path, true, true);
      } catch (failure) {
        this.#off(failure);
      }
    });
  }

  #release(): void {
    if (this.#path !== null) process.off('exit', this.#remove);
    this.#path = null;
  }

  #off(error: unknown): void {
    if (this.#isClosed) return;
    this.close();
    this.#options.onUnavailable(toError(error).message);
  }
}

function preparedPath(target: ControlTarget): string {
  return socketPath(
    preparedFolder((folder) => socketPath(folder, target) !== null),
    target,
  )!;
}
