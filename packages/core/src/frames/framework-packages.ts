/** Packages that carry requests and jobs to the app's code: what they allocate is the request itself. */
const FRAMEWORKS = new Set([
  ...['express', 'router', 'finalhandler', 'body-parser', 'raw-body', 'send', 'serve-static', 'iconv-lite'],
  ...['on-finished', 'path-to-regexp', 'qs', 'connect', 'koa', 'koa-compose', '@koa/router', 'koa-router'],
  ...['koa-mount', 'delegates', 'fastify', 'find-my-way', 'light-my-request', 'hono', '@hono/node-server'],
  ...['@hapi/hapi', '@nestjs/core', '@nestjs/platform-express', '@nestjs/platform-fastify', 'restify'],
  ...['bullmq', 'ioredis', '@ioredis/commands', 'redis-parser', 'msgpackr'],
]);

/** Of those, the ones all of whose functions pass a request on. */
const ROUTERS = new Set([
  ...['router', 'koa-compose', '@koa/router', 'koa-router', 'koa-mount', 'connect', 'find-my-way'],
]);

/** The files of the others that do. */
const DISPATCHING_FILE =
  /^(?:express\/lib\/(?:router\/|application\.js|express\.js)|koa\/(?:lib|dist)\/application\.|fastify\/lib\/(?:route|hooks|handleRequest|handle-request|fourOhFour)|hono\/dist\/(?:cjs\/)?(?:compose|hono))/;

/** Packages that wrap the functions of others to watch them. */
const TRACERS =
  /^(?:@opentelemetry\/|@sentry\/|@datadog\/|@newrelic\/|@elastic\/apm|(?:dd-trace|newrelic|elastic-apm-node|import-in-the-middle|require-in-the-middle|shimmer|cls-hooked)$)/;

/** What a package's functions do on a stack. */
export type PackageRole = 'dispatcher' | 'framework' | 'tracer' | 'package';

/**
 * `dispatcher`: passes a request on to the next function. `framework`: does something else of a framework. `tracer`: wraps
 * others to watch them. `package`: does the work it was called for.
 *
 * @param file inside of the package, with forward slashes
 */
export function packageRole({ name, file }: { name: string; file: string }): PackageRole {
  if (isLeakguard({ name, file })) return 'framework';
  if (FRAMEWORKS.has(name)) {
    return ROUTERS.has(name) || DISPATCHING_FILE.test(`${name}/${file}`) ? 'dispatcher' : 'framework';
  }
  return TRACERS.test(name) ? 'tracer' : 'package';
}

/** What leakguard itself calls. */
const OWN_DEPENDENCIES =
  /^(?:@jridgewell\/|(?:acorn|acorn-walk|atomic-sleep|bytes|jstat|lru-cache|pino|pino-std-serializers|sonic-boom|thread-stream)$)/;

/**
 * Of whose memory a function's is: leakguard's own (`own`), of whoever called it (`depends`: a package that leakguard uses, too), or of
 * somebody else.
 */
export function ownership(from: { name: string; file: string }): 'own' | 'depends' | 'other' {
  if (isLeakguard(from)) return 'own';
  return OWN_DEPENDENCIES.test(from.name) ? 'depends' : 'other';
}

/** True for what these packages run, installed or being developed; the apps that test them lie beside that and are apps. */
export function isLeakguard({ name, file }: { name: string; file: string }): boolean {
  return name.startsWith('@leakguard/') && /^(?:dist|src)\//.test(file);
}
