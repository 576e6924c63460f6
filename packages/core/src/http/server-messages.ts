import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What `node:http` publishes of a request when it comes in, and again when its response has finished. */
export interface ServerMessage {
  request: IncomingMessage;
  response: ServerResponse;
  socket: Socket;
  server: object;
}

type MessageListener = (message: ServerMessage) => void;

/**
 * The request that came in last, until it finishes: its app runs at once, when nothing has been read of it yet. One that was
 * aborted stays until the next request, or for good if none comes: one request, never more.
 */
let arrived: ServerMessage | null = null;
let watching = false;
const onArrival: MessageListener[] = [];
const onFinished: MessageListener[] = [];

/** The request that came in last, if it is this one. */
export function arrival(req: object): ServerMessage | null {
  return req === arrived?.request ? arrived : null;
}

/**
 * False where a unit could never end. Some WebSocket libraries route upgrades through the app with a response that never
 * closes; and a client that is already gone, or answered, closes nothing any more.
 */
export function canFinish(req: IncomingMessage, res: ServerResponse): boolean {
  return isLatestAlive(req) || !neverCloses(req as IncomingMessage & { upgrade?: boolean }, res);
}

/** The request that came in last, while its client is there and its response has not finished: nothing of it need be read. */
function isLatestAlive(req: object): boolean {
  return req === arrived?.request && !arrived.socket.destroyed;
}

function neverCloses(req: IncomingMessage & { upgrade?: boolean }, res: ServerResponse): boolean {
  // Not all responses that wait on a connection are told that it broke (Node 20 and 22).
  const gone = req.socket?.destroyed === true;
  return gone || req.upgrade === true || res.destroyed || res.writableFinished;
}

/**
 * From now on requests are seen to come and finish as `node:http` publishes it, on the servers of the whole process.
 * A listener on every response would cost several microseconds.
 */
export function watchServers(): void {
  if (watching) return;
  watching = true;
  subscribe('http.server.request.start', onStart as (message: unknown) => void);
  subscribe('http.server.response.finish', onFinish as (message: unknown) => void);
}

/** Calls back for every request, before its server tells anybody else of it. */
export function onRequestStart(listener: MessageListener): void {
  onArrival.push(listener);
}

/** Calls back for every response that has finished. */
export function onResponseFinish(listener: MessageListener): void {
  onFinished.push(listener);
}

function onStart(message: ServerMessage): void {
  arrived = message;
  for (const listener of onArrival) contained(listener, message);
}

function onFinish(message: ServerMessage): void {
  if (message.request === arrived?.request) arrived = null;
  for (const listener of onFinished) contained(listener, message);
}

/** Never throws: an error of a subscriber would end the process. */
function contained(listener: MessageListener, message: ServerMessage): void {
  try {
    listener(message);
  } catch {
    // A message of another shape, from whoever else publishes here.
  }
}
