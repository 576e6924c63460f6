/**
 * Preloaded into a README's program: its servers listen on a free port of 127.0.0.1, answer one request, and do not keep
 * the process alive, so that a program that leaves anything else running does not end.
 */
import { Server } from 'node:net';

const { listen } = Server.prototype;

/** @this {Server} @param {unknown[]} args */
Server.prototype.listen = function listenOnFreePort(...args) {
  // The guard's own control socket is in the file system.
  if (isPath(args[0])) return listen.apply(this, /** @type {[string]} */ (args));
  const callback = args.findLast((each) => typeof each === 'function');
  // A rejection that nobody handles ends the program, as it should.
  this.once('listening', () => void askOnce(this));
  return listen.call(this, { port: 0, host: '127.0.0.1' }, /** @type {() => void} */ (callback));
};

/** @param {Server} server */
async function askOnce(server) {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const answer = await fetch(`http://127.0.0.1:${port}/users/1`, { headers: { connection: 'close' } });
  await answer.arrayBuffer();
  if (answer.status >= 500) throw new Error(`the program's server answered ${answer.status}`);
  server.unref();
}

/** @param {unknown} first */
function isPath(first) {
  return typeof first === 'string' || (typeof first === 'object' && first !== null && 'path' in first);
}
