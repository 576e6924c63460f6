import { channel } from 'node:diagnostics_channel';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { pathOf } from './app.mjs';

const RAW_HEADERS = ['Host', '127.0.0.1', 'User-Agent', 'leakguard-bench', 'Accept', 'application/json'];

/** Node's own `finish` listener on every response, for which no bench needs a body. */
function onFinish() {}

/** A request and its response as node:http hands them to an app, on a socket that is connected to nothing. */
function requestPair(at, socket) {
  const req = new IncomingMessage(socket);
  req.httpVersion = '1.1';
  req.httpVersionMajor = 1;
  req.httpVersionMinor = 1;
  req.method = 'GET';
  req.url = pathOf(at);
  req.rawHeaders = RAW_HEADERS;
  const res = new ServerResponse(req);
  res.on('finish', onFinish);
  return { req, res, socket };
}

const started = channel('http.server.request.start');
const finished = channel('http.server.response.finish');
const CONNECTIONS = 128;

/**
 * What node:http does around an app: kept-alive connections that go nowhere, and its messages to whoever subscribed.
 * `silent`: nobody subscribed, as in a process without the guard.
 */
export class FakeServer {
  #sockets = Array.from({ length: CONNECTIONS }, () => new Socket());
  #silent;

  /** @param {{ silent: boolean }} options */
  constructor({ silent }) {
    this.#silent = silent;
  }

  /** Request number `at`, on the connection whose turn it is. */
  pair(at) {
    return requestPair(at, this.#sockets[at % CONNECTIONS]);
  }

  call(app, { req, res, socket }) {
    if (!this.#silent && started.hasSubscribers)
      started.publish({ request: req, response: res, socket, server: this });
    app(req, res);
  }

  finish({ req, res, socket }) {
    if (!this.#silent && finished.hasSubscribers)
      finished.publish({ request: req, response: res, socket, server: this });
    res.emit('close');
  }
}
