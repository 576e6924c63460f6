/** Child process: one server of the framework in argv[2] and the variant in argv[3]. Tells its port, then its CPU whenever it is asked. */
import { createServer } from 'node:http';
import { APPS } from './app.mjs';
import { answerParent } from './measured-process.mjs';
import { profilerVariantsOf } from './profiler-variants.mjs';
import { VARIANTS } from './variants.mjs';

const [framework, variant] = process.argv.slice(2);
const variants = { ...VARIANTS[framework], ...profilerVariantsOf(framework) };
const middleware = await variants[variant].middleware();
const server = createServer(await APPS[framework](middleware));
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
answerParent();
