import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { pathOf } from './app.mjs';

const RAW_HEADERS = ['Host', '127.0.0.1', 'User-Agent', 'leakguard-bench', 'Accept', 'application/json'];

/** Node's own `finish` listener on every response, for which no bench needs a body. */
function onFinish() {}

/** A request and its response as node:http hands them to an app, on a socket that is connected to nothing. */
export function requestPair(at, socket) {
  const req = new IncomingMessage(socket);
  req.httpVersion = '1.1';
  req.httpVersionMajor = 1;
  req.httpVersionMinor = 1;
  req.method = 'GET';
  req.url = pathOf(at);
  req.rawHeaders = RAW_HEADERS;
  const res = new ServerResponse(req);
  res.on('finish', onFinish);
  return { req, res };
}

/** @returns {Socket} */
export function deadSocket() {
  return new Socket();
}
