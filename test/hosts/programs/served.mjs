/** An Express app that sends itself requests: `serve(app, paths)` gives what was answered, and the server is closed again. */
import { once } from 'node:events';
import { createRequire } from 'node:module';

// Node 22 with --jitless cannot `import` it, as that touches its WebSocket, which needs WebAssembly.
const { get } = createRequire(import.meta.url)('node:http');

/**
 * @param {import('express').Express} app
 * @param {readonly string[]} paths one request each, one after the other
 */
export async function serve(app, paths) {
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const answers = [];
  for (const path of paths) answers.push(await answerOf(`http://127.0.0.1:${port}${path}`));
  server.close();
  server.closeAllConnections();
  return answers;
}

/** @param {string} url Node's `fetch` needs WebAssembly, which --jitless takes away. */
export async function answerOf(url) {
  const [response] = await once(get(url, { agent: false }), 'response');
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  return body;
}
