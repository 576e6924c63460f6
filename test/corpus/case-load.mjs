import { startJobLoad } from './job-load.mjs';
import { startLoad } from './load.mjs';

/**
 * Starts the load of a case, or a part of it, on its server: requests, or jobs of its queue.
 *
 * @param {import('./cases.mjs').CorpusCase} spec
 * @param {Pick<import('./server-process.mjs').ServerProcess, 'port' | 'jobs'>} server
 * @param {import('./load.mjs').LoadBounds & { load?: import('./cases.mjs').CaseLoad }} options `load`: the part (default all)
 * @returns {Promise<import('./load.mjs').Load>}
 */
export async function startCaseLoad(spec, server, { load = spec.load, ...bounds }) {
  if (server.jobs === null) return startLoad(load, { port: server.port, ...bounds });
  return startJobLoad(spec, load.jobs ?? [], { target: server.jobs, ...bounds });
}
