import { once } from 'node:events';
import type { Behaviour, Exchange } from './app-spec.ts';

/** Answers 200 with the text. */
export function answer(text = 'ok', status = 200): Behaviour {
  return ({ res }) => {
    res.statusCode = status;
    res.end(text);
  };
}

/** Lets the next handler take it. */
export const pass: Behaviour = ({ pass: next }) => next();

/** Answers, then passes on all the same: a missing `return`. */
export const answerAndPass: Behaviour = (exchange) => {
  exchange.res.end('answered');
  return exchange.pass();
};

/** Ends the response twice. */
export const answerTwice: Behaviour = ({ res }) => {
  res.end('once');
  // With data, Node would fail the process itself: that is the app's crash to make, not this test's.
  res.end();
};

export const throwSync: Behaviour = () => {
  throw new Error('thrown by the handler');
};

/** Sends the head and one event, and stays open: SSE, long poll. */
export const stream: Behaviour = ({ res }) => {
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  res.write('data: first\n\n');
};

/** Never answers. */
export const hang: Behaviour = () => {};

/** Answers after the request's body came in, and leaves it on `req.body`. */
export const reading: Behaviour = async ({ req, res }: Exchange) => {
  let body = '';
  req.setEncoding('utf8');
  req.on('data', (chunk: string) => {
    body += chunk;
  });
  await once(req, 'end');
  Object.assign(req, { body });
  res.end('read');
};
