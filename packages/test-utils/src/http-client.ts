import { Agent, type ClientRequest as NodeClientRequest, request as nodeRequest } from 'node:http';
import { connect, type Socket } from 'node:net';

export interface ClientRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  agent?: Agent;
}

export interface ClientResponse {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  body: string;
}

/** One request over real HTTP, its answer read to the end. The path is sent as it stands: no URL normalisation. */
export function request(port: number, path: string, options: ClientRequest = {}): Promise<ClientResponse> {
  return new Promise((resolve, reject) => {
    const sent = send(port, path, options);
    sent.on('error', reject);
    sent.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
  });
}

function send(port: number, path: string, options: ClientRequest): NodeClientRequest {
  const { method = 'GET', headers = {}, body, agent } = options;
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const sent = nodeRequest({
    host: '127.0.0.1',
    port,
    path,
    method,
    headers: { ...length, ...headers },
    agent: agent ?? new Agent({ keepAlive: false }),
  });
  sent.end(body);
  return sent;
}

/** A bare connection, for what an HTTP client would not do: aborts, pipelines, upgrades. */
export async function openConnection(port: number, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(text);
  return socket;
}
