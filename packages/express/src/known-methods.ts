/**
 * The methods that Node parses. Not imported: in an ES module the import of `node:http` reads each of its exports, and on
 * Node 22 with `--jitless` one of them (WebSocket) ends the process, as it needs WebAssembly.
 */
export const KNOWN_METHODS: ReadonlySet<string | undefined> = new Set(
  process.getBuiltinModule('node:http').METHODS,
);
