import { once } from 'node:events';
import { request } from 'node:http';
import type { Duplex } from 'node:stream';

// biome-ignore lint/suspicious/noExplicitAny: each answer has its own shape
type Answer = any;

/** A debugger on the WebSocket that `--inspect` opens, as DevTools is one. Node 20 has no WebSocket client of its own. */
export class DebuggerClient {
  readonly events: { method: string; params: Answer }[] = [];
  readonly #socket: Duplex;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #onEvent: (method: string) => void = () => undefined;
  #received: Buffer = Buffer.alloc(0);
  #sent = 0;

  private constructor(socket: Duplex) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
  }

  /** @param url as Node prints it, `ws://127.0.0.1:9229/...` */
  static async connect(url: string): Promise<DebuggerClient> {
    const upgrade = request(url.replace('ws:', 'http:'), {
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'bGVha2d1YXJkIGxlYWtndQ==',
      },
    });
    upgrade.end();
    const [, socket] = await once(upgrade, 'upgrade');
    return new DebuggerClient(socket);
  }

  post(method: string, params: object = {}): Promise<Answer> {
    this.#sent += 1;
    const id = this.#sent;
    this.#socket.write(textFrame(JSON.stringify({ id, method, params })));
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  /** Resolves when V8 has sent this event, now or before. */
  async seen(method: string): Promise<void> {
    if (this.events.some((event) => event.method === method)) return;
    await new Promise<void>((resolve) => {
      this.#onEvent = (each) => each === method && resolve();
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    for (let frame = wholeFrame(this.#received); frame !== null; frame = wholeFrame(this.#received)) {
      this.#received = this.#received.subarray(frame.end);
      this.#take(JSON.parse(frame.text));
    }
  }

  #take(message: { id?: number; method?: string; params?: Answer; result?: Answer }): void {
    if (message.id !== undefined) {
      this.#waiting.get(message.id)?.(message.result);
      return;
    }
    this.events.push({ method: message.method!, params: message.params });
    this.#onEvent(message.method!);
  }
}

/** RFC 6455, 5.2: a client masks what it sends; a mask of zeros changes nothing. */
function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 0xff, 0, 0, 0, 0]);
  return Buffer.concat([header, payload]);
}

function wholeFrame(bytes: Buffer): { text: string; end: number } | null {
  if (bytes.length < 2) return null;
  const short = bytes[1]! & 0x7f;
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < start) return null;
  const length =
    short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const end = start + length;
  return bytes.length < end ? null : { text: bytes.toString('utf8', start, end), end };
}
