import { describeAdapterContract } from '../src/index.ts';
import { startPlainServer } from './plain-server.ts';

const { node } = process.versions;

// Here and not in core: the battery imports core. What only a router can tell is left out of it.
describeAdapterContract({
  name: 'guardServer on node:http',
  version: { actual: node, major: Number.parseInt(process.version.slice(1), 10) },
  knowsRoutes: false,
  startApp: startPlainServer,
});
