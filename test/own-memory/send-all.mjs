import { once } from 'node:events';
import { connect } from 'node:net';

/** Routers, so that no request passes all patterns. */
export const MOUNTS = 40;
export const PATTERNS = 2000;
export const URLS = 100_000;
const CONNECTIONS = 4;
/** Requests on their way per connection. */
const DEPTH = 16;
/** Patterns that are busy at a time; the others idle, and lose their scopes' places. */
const BUSY = 400;
export const REQUESTS_PER_SET = 10_000;

/** The path of request number `n`: 100,000 distinct ones over 2,000 patterns. @param {number} n */
export function pathOf(n) {
  const set = Math.floor(n / REQUESTS_PER_SET) * BUSY;
  const pattern = (set + (n % BUSY)) % PATTERNS;
  const id = Math.floor(n / BUSY) % (URLS / PATTERNS);
  return `/api-${pattern % MOUNTS}/kind-${Math.floor(pattern / MOUNTS)}/${id}`;
}

/**
 * Sends requests number `from` up to `to` over a few pipelined connections, and reads all answers.
 *
 * @param {number} port on 127.0.0.1
 * @param {number} from
 * @param {number} to not sent itself
 */
export async function sendAll(port, from, to) {
  let sent = from;
  const one = async () => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    let waiting = 0;
    const send = () => {
      let batch = '';
      for (; waiting < DEPTH && sent < to; waiting++, sent++)
        batch += `GET ${pathOf(sent)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
      if (batch !== '') socket.write(batch);
    };
    send();
    let rest = '';
    for await (const chunk of socket) {
      const parts = (rest + chunk.latin1Slice()).split('HTTP/1.1 ');
      rest = `HTTP/1.1 ${parts.pop()}`;
      for (const part of parts) if (part !== '') answered(part);
      if (/\r\n\r\n\d+$/.test(rest)) {
        answered(rest.slice('HTTP/1.1 '.length));
        rest = '';
      }
      send();
      if (waiting === 0) break;
    }
    if (waiting > 0) throw new Error(`the server closed a connection that waited for ${waiting} answers`);

    /** @param {string} response */
    function answered(response) {
      if (!response.startsWith('200 ')) throw new Error(`the server answered ${response.slice(0, 100)}`);
      waiting -= 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
}
