import { pathToFileURL } from 'node:url';

/**
 * URL of the built `isolate-entry.js`, for the ES module and for CommonJS, whose copy is a folder deeper. Tests run from the
 * sources, which a child process of Node 20 cannot load: they get the built one too.
 */
export function entryUrl(): string {
  const own = ownUrl().replace(/\/src\/child\/[^/]+$/, '/dist/child/');
  return new URL('isolate-entry.js', own.replace(/\/dist\/cjs\/child\/[^/]+$/, '/dist/child/')).href;
}

/** This module's URL: `import.meta` is a syntax error in CommonJS, and ES modules have no `__filename`. */
function ownUrl(): string {
  const name = typeof __filename === 'string' ? __filename : callSiteFile();
  return name.startsWith('file:') ? name : pathToFileURL(name).href;
}

/** The file of this function as V8 knows it. Whatever formats stack traces in this process is put back. */
function callSiteFile(): string {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = 1;
    Error.prepareStackTrace = (_error, [site]) => site?.getFileName();
    return String(new Error().stack);
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}
