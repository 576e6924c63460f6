import http from 'node:http';
import { holdStreams } from './held-streams.mjs';
import { sendUnit } from './http-unit.mjs';
import { LoadProgress } from './load-progress.mjs';
import { createTrafficPlan } from './traffic-plan.mjs';

const CONCURRENCY = 32;

/**
 * A load on a server or a worker of this machine that goes on until it is stopped, never drained.
 *
 * @typedef {object} Load
 * @property {() => number} done units finished so far, failed ones included
 * @property {() => number} errors units that failed
 * @property {readonly string[]} messages the first few failures
 * @property {() => number} held streams that clients opened beside the mix
 * @property {(units: number) => Promise<void>} reached resolves when so many units are done; rejects when the load has ended before
 * @property {() => Promise<void>} stop sends nothing more, waits for what is in flight, closes the connections
 */

/**
 * @typedef {object} LoadBounds
 * @property {number} seed
 * @property {number} maxUnits
 * @property {number} maxSeconds
 * @property {number} [seqFrom] `{seq}` counts on from here (default 0)
 */

/**
 * Starts a closed loop: each of 32 keep-alive connections sends the next request of the plan as soon as its last one
 * is answered, so about 32 are in flight at any time. Bounded in count and in time.
 *
 * @param {{ routes?: readonly import('./traffic-plan.mjs').RouteLoad[], held?: readonly import('./held-streams.mjs').HeldLoad[],
 *   plan?: { next(): import('./traffic-plan.mjs').PlannedUnit } }} load `plan`: instead of one made of `routes`
 * @param {LoadBounds & { port: number, concurrency?: number }} options
 * @returns {Load}
 */
export function startLoad(
  { routes = [], held: heldLoads = [], plan: givenPlan },
  { port, seed, maxUnits, maxSeconds, concurrency = CONCURRENCY, seqFrom = 0 },
) {
  const plan = givenPlan ?? createTrafficPlan(routes, { seed, seqFrom });
  const agent = new http.Agent({ keepAlive: true, maxSockets: concurrency });
  const deadline = performance.now() + maxSeconds * 1000;
  const progress = new LoadProgress();
  let sent = 0;
  let stopped = false;
  const onFailure = (/** @type {string} */ message) => progress.fail(message);
  const held = holdStreams(heldLoads, { port, seed: seed + 1, onFailure });
  const running = Promise.all(Array.from({ length: concurrency }, connection)).then(() => progress.end());

  async function connection() {
    while (!stopped && sent < maxUnits && performance.now() < deadline) {
      sent += 1;
      const failure = await sendUnit({ port, agent }, plan.next());
      if (failure !== null) progress.fail(failure);
      progress.finished();
    }
  }

  return {
    done: () => progress.done,
    errors: () => progress.errors,
    messages: progress.messages,
    held: held.opened,
    reached: (units) => progress.reached(units),
    async stop() {
      stopped = true;
      held.stop();
      await running;
      agent.destroy();
    },
  };
}
