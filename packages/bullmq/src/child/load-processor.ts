/** A processor as BullMQ calls it in an isolate. */
export type AnyProcessor = (...args: unknown[]) => unknown;

/**
 * The function that a processor file exports, found as BullMQ finds it: the default export, or that one's own `default`
 * (what TypeScript and Babel make of a default export in CommonJS). What the file throws goes to BullMQ as it is.
 */
export async function loadProcessor(url: string): Promise<AnyProcessor> {
  const { default: exported } = (await import(url)) as { default?: { default?: unknown } };
  const processor: unknown = exported?.default || exported;
  if (typeof processor !== 'function') throw new Error(`No function is exported in processor file ${url}`);
  return processor as AnyProcessor;
}
