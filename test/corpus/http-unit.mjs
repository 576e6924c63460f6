import http from 'node:http';

/** A request that takes longer than this has hung: it fails the run instead of blocking a connection for ever. */
const TIMEOUT_MS = 30_000;

/**
 * Sends one request and reads (or aborts) its response. Never rejects.
 *
 * @param {{ port: number, agent: http.Agent }} target
 * @param {import('./traffic-plan.mjs').PlannedUnit} unit
 * @returns {Promise<string | null>} what went wrong, null when all is well
 */
export function sendUnit({ port, agent }, unit) {
  return new Promise((resolve) => {
    let failure = /** @type {string | null} */ (null);
    let aborted = false;
    const { method, path, headers } = unit;
    const request = http.request({ host: '127.0.0.1', port, method, path, headers, agent }, (response) => {
      const status = response.statusCode ?? 0;
      if (status >= 400 && !unit.statuses.includes(status)) failure = `${unit.route}: status ${status}`;
      let received = 0;
      response.on('data', (chunk) => {
        received += chunk.length;
        if (unit.abortAfterBytes === null || aborted || received < unit.abortAfterBytes) return;
        aborted = true;
        response.destroy();
      });
      response.on('error', (error) => {
        if (!aborted) failure ??= `${unit.route}: ${error.message}`;
      });
      response.on('close', () => {
        if (!response.complete && !aborted) failure ??= `${unit.route}: response ended early`;
        resolve(failure);
      });
    });
    request.setTimeout(TIMEOUT_MS, () => request.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    request.on('error', (error) => resolve(aborted ? null : `${unit.route}: ${error.message}`));
    request.end(unit.payload ?? undefined);
  });
}
