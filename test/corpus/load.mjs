import http from 'node:http';
import { holdStreams } from './held-streams.mjs';
import { sendUnit } from './http-unit.mjs';
import { createTrafficPlan } from './traffic-plan.mjs';

const CONCURRENCY = 32;
const KEPT_ERRORS = 5;

/**
 * A load on a server of this machine that goes on until it is stopped, never drained.
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
 * Starts a closed loop: each of 32 keep-alive connections sends the next request of the plan as soon as its last one
 * is answered, so about 32 are in flight at any time. Bounded in count and in time.
 *
 * @param {{ routes: readonly import('./traffic-plan.mjs').RouteLoad[], held?: readonly import('./held-streams.mjs').HeldLoad[] }} load
 * @param {{ port: number, seed: number, maxUnits: number, maxSeconds: number, concurrency?: number, seqFrom?: number }} options
 * @returns {Load}
 */
export function startLoad(
  load,
  { port, seed, maxUnits, maxSeconds, concurrency = CONCURRENCY, seqFrom = 0 },
) {
  const plan = createTrafficPlan(load.routes, { seed, seqFrom });
  const agent = new http.Agent({ keepAlive: true, maxSockets: concurrency });
  const deadline = performance.now() + maxSeconds * 1000;
  /** @type {string[]} */
  const messages = [];
  /** @type {{ units: number, resolve: () => void, reject: (error: Error) => void }[]} */
  let waiters = [];
  let sent = 0;
  let done = 0;
  let errors = 0;
  let stopped = false;
  const fail = (/** @type {string} */ message) => {
    errors += 1;
    if (messages.length < KEPT_ERRORS) messages.push(message);
  };
  const held = holdStreams(load.held ?? [], { port, seed: seed + 1, onFailure: fail });
  const running = Promise.all(Array.from({ length: concurrency }, connection)).then(() => {
    for (const waiter of waiters) waiter.reject(new Error(`the load ended after ${done} units`));
    waiters = [];
  });

  async function connection() {
    while (!stopped && sent < maxUnits && performance.now() < deadline) {
      sent += 1;
      const failure = await sendUnit({ port, agent }, plan.next());
      if (failure !== null) fail(failure);
      done += 1;
      wake();
    }
  }

  function wake() {
    if (!waiters.some(({ units }) => units <= done)) return;
    for (const waiter of waiters) if (waiter.units <= done) waiter.resolve();
    waiters = waiters.filter(({ units }) => units > done);
  }

  return {
    done: () => done,
    errors: () => errors,
    messages,
    held: held.opened,
    reached: (units) =>
      new Promise((resolve, reject) => {
        waiters.push({ units, resolve, reject });
        wake();
        void running.then(() => reject(new Error(`the load ended after ${done} units`)));
      }),
    async stop() {
      stopped = true;
      held.stop();
      await running;
      agent.destroy();
    },
  };
}
