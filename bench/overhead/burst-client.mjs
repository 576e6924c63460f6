import { once } from 'node:events';
import { connect } from 'node:net';
import { pathOf } from './app.mjs';

const CONNECTIONS = 32;
const BURST_MS = 30_000;
const HEADERS = 'Host: 127.0.0.1\r\nUser-Agent: leakguard-bench\r\nAccept: application/json\r\n\r\n';

/**
 * A fixed set of kept-alive connections, one request at a time on each. Not autocannon: that opens its connections anew
 * for every run, which for a burst of a few hundred requests is a tenth of the server's CPU, and noise.
 */
export class BurstClient {
  #sockets;
  #sent = 0;
  #left = 0;
  /** @type {{ resolve: () => void, reject: (error: Error) => void } | null} */
  #waiting = null;

  /** @param {import('node:net').Socket[]} sockets */
  constructor(sockets) {
    this.#sockets = sockets;
    for (const socket of sockets) this.#listen(socket);
  }

  /** @param {number} port on 127.0.0.1 */
  static async connect(port) {
    const sockets = Array.from({ length: CONNECTIONS }, () =>
      connect({ port, host: '127.0.0.1', noDelay: true }),
    );
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    return new BurstClient(sockets);
  }

  /** Resolves when `requests` requests are answered. */
  async burst(requests) {
    this.#sent = 0;
    this.#left = requests;
    this.#requests = requests;
    const timer = setTimeout(() => this.#fail(new Error(`no answer within ${BURST_MS} ms`)), BURST_MS);
    try {
      await new Promise((resolve, reject) => {
        this.#waiting = { resolve, reject };
        for (const socket of this.#sockets) this.#send(socket);
      });
    } finally {
      clearTimeout(timer);
      this.#waiting = null;
    }
  }

  close() {
    for (const socket of this.#sockets) socket.destroy();
  }

  #requests = 0;

  #send(socket) {
    if (this.#sent >= this.#requests) return;
    socket.write(`GET ${pathOf(this.#sent)} HTTP/1.1\r\n${HEADERS}`);
    this.#sent += 1;
  }

  #listen(socket) {
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.latin1Slice();
      if (!isWhole(received)) return;
      const ok = received.startsWith('HTTP/1.1 200');
      received = '';
      if (!ok) this.#fail(new Error('the server answered with an error'));
      else this.#answered(socket);
    });
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed a connection')));
  }

  #answered(socket) {
    this.#left -= 1;
    if (this.#left === 0) this.#waiting?.resolve();
    else this.#send(socket);
  }

  #fail(error) {
    this.#waiting?.reject(error);
  }
}

/** @param {string} text of one response with a Content-Length */
function isWhole(text) {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = /content-length: (\d+)/i.exec(text.slice(0, end));
  if (length === null) throw new Error('a response without Content-Length');
  return text.length >= end + 4 + Number(length[1]);
}
