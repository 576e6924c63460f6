/**
 * The methods that Node parses. Not imported: in an ES module the import of `node:http` reads each of its exports, and on
 * Node 22 with `--jitless` one of them (WebSocket) ends the process, as it needs WebAssembly.
 */
const KNOWN_METHODS: ReadonlySet<string | undefined> = new Set(process.getBuiltinModule('node:http').METHODS);

/** The method as a part of a scope's name. Anything may put any text into `req.method`; only real methods make names. */
export function methodName(method: string | undefined): string {
  return KNOWN_METHODS.has(method) ? (method as string) : 'OTHER';
}
