import http from 'node:http';
import { seededRandom } from './random.mjs';
import { fillTemplate } from './templates.mjs';

/**
 * Streams that clients hold open beside the mix, from `case.json`'s `load.held`: each of `connections` clients stays
 * for `holdMs` (a uniform draw), goes, and another one comes; without `holdMs` it stays for the whole run. They do not
 * take part in the closed loop, or a slow stream would take its connections away.
 *
 * @typedef {object} HeldLoad
 * @property {string} route
 * @property {string} path a template
 * @property {number} connections
 * @property {[number, number]} [holdMs]
 */

/**
 * @param {readonly HeldLoad[]} loads
 * @param {{ port: number, seed: number, onFailure(message: string): void }} options
 * @returns {{ opened(): number, stop(): void }}
 */
export function holdStreams(loads, { port, seed, onFailure }) {
  const random = seededRandom(seed);
  const source = { random, nextSeq: () => opened };
  const open = new Set();
  let opened = 0;
  let stopped = false;

  /** @param {HeldLoad} load */
  function connect(load) {
    if (stopped) return;
    opened += 1;
    const request = http.get({
      host: '127.0.0.1',
      port,
      path: fillTemplate(load.path, source),
      agent: false,
    });
    let leaving = false;
    const stay = load.holdMs && load.holdMs[0] + random() * (load.holdMs[1] - load.holdMs[0]);
    const timer = stay === undefined ? undefined : setTimeout(leave, stay);
    const client = { leave };
    open.add(client);
    request.on('response', (response) => {
      response.on('error', () => {});
      response.resume();
    });
    request.on('error', () => {});
    request.on('close', () => {
      clearTimeout(timer);
      open.delete(client);
      if (!leaving) onFailure(`${load.route}: the server closed a stream that the client held`);
      else setImmediate(connect, load);
    });
    function leave() {
      leaving = true;
      request.destroy();
    }
  }

  for (const load of loads) for (let i = 0; i < load.connections; i++) connect(load);
  return {
    opened: () => opened,
    stop() {
      stopped = true;
      for (const client of open) client.leave();
    },
  };
}
