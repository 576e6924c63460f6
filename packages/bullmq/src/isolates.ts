import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Child, WorkerOptions } from 'bullmq';
import type { BullmqModule } from './bullmq-internals.ts';
import { entryUrl } from './child/entry-url.ts';
import { withSettings } from './child/protocol.ts';

/** Extensions that BullMQ knows; to any other name it adds `.js`. */
const KNOWN = /\.(js|ts|flow|cjs|mjs)$/;

/** What the children of one worker are made from. */
export interface ChildRecipe {
  mainFile: string;
  /** The processor file as the worker was given it. */
  processor: string | URL;
  opts: Pick<WorkerOptions, 'useWorkerThreads' | 'workerForkOptions' | 'workerThreadsOptions'>;
  maxHeapBytes: number | null;
  /** Asked when the first child starts, not before: it settles the options of the guard. */
  measure(): Readonly<Record<string, unknown>> | null;
}

/** Makes children that load the processor through our entry. */
export function childMaker({ Child }: BullmqModule, recipe: ChildRecipe): () => Child {
  const { mainFile, opts, maxHeapBytes } = recipe;
  const processor = processorUrl(recipe.processor);
  let file: string | undefined;
  return () => {
    file ??= withSettings(entryUrl(), { processor, maxHeapBytes, measure: recipe.measure() });
    const { useWorkerThreads, workerForkOptions, workerThreadsOptions } = opts;
    return new Child(mainFile, file, { useWorkerThreads, workerForkOptions, workerThreadsOptions } as never);
  };
}

/** An absolute URL: BullMQ imports what it was given as seen from its own folder. */
function processorUrl(processor: string | URL): string {
  const text = String(processor);
  if (text.startsWith('file:')) return text;
  return pathToFileURL(resolve(KNOWN.test(text) ? text : `${text}.js`)).href;
}
