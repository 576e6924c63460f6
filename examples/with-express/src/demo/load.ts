import autocannon from 'autocannon';
import type { PlannedRequest } from './traffic.ts';

/** Bounds of the load. */
export interface LoadOptions {
  port: number;
  connections: number;
  requestsPerSecond: number;
  /** The load ends by itself after this long. */
  maxSeconds: number;
}

/** A load under way. */
export interface Load {
  /** Requests answered so far. */
  answered(): number;
  /** Requests that failed or were answered with a status from 400. */
  failed(): number;
  /** Ends it; resolves when the last connection is closed. */
  stop(): Promise<void>;
}

/** Drives the server with autocannon, from this process, until it is stopped or its time is up. */
export function startLoad(options: LoadOptions, next: () => PlannedRequest): Load {
  let [answered, failed] = [0, 0];
  const { instance, done } = startAutocannon(options, next);
  instance.on('response', (_client, statusCode) => {
    answered += 1;
    if (statusCode >= 400) failed += 1;
  });
  instance.on('reqError', () => {
    failed += 1;
  });
  return {
    answered: () => answered,
    failed: () => failed,
    stop: async () => {
      instance.stop();
      await done;
    },
  };
}

function startAutocannon(
  options: LoadOptions,
  next: () => PlannedRequest,
): { instance: autocannon.Instance; done: Promise<void> } {
  let finish = (): void => undefined;
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const settings: autocannon.Options = {
    url: `http://127.0.0.1:${options.port}`,
    connections: options.connections,
    duration: options.maxSeconds,
    overallRate: options.requestsPerSecond,
    ignoreCoordinatedOmission: true,
    timeout: 30,
    requests: [{ setupRequest: (request) => ({ ...request, ...toAutocannon(next()) }) }],
  };
  return { instance: autocannon(settings, () => finish()), done };
}

/** Every field is given anew: autocannon hands over the request before, with its body and its headers. */
function toAutocannon({ method, path, body }: PlannedRequest): autocannon.Request {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  return { method, path, headers, body: body ?? '' };
}
