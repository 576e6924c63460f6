import { once } from 'node:events';
import { Agent, request as httpRequest, type RequestOptions } from 'node:http';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** The port of a server that listens until the test is over. */
export async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

/** A bare connection on which this text was sent, and all that came back so far. */
export async function connection(port: number, text: string): Promise<{ socket: Socket; answer(): string }> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  await once(socket, 'connect');
  socket.write(text);
  onTestFinished(() => void socket.destroy());
  return { socket, answer: () => answer };
}

/** The head of a request as it goes over the wire. */
export function head(line: string, ...headers: string[]): string {
  return [`${line} HTTP/1.1`, 'Host: a', ...headers, '', ''].join('\r\n');
}

/** One request with a connection of its own, and the text of its answer. */
export async function ask(port: number, path: string, options: RequestOptions = {}): Promise<string> {
  const agent = new Agent({ keepAlive: false });
  const sent = httpRequest({ host: '127.0.0.1', port, path, agent, ...options }).end();
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return text;
}
