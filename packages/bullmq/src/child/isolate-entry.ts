/*
 * What BullMQ's child main file loads as "the processor", in child processes and in worker threads. It is an ES module
 * whatever the app is: BullMQ imports it by URL, and loading the user's file takes an `await` before anything is exported.
 */

import { IsolateWatch } from './isolate-watch.ts';
import { type AnyProcessor, loadProcessor } from './load-processor.ts';
import { obeyTheParentOnly } from './parent-rule.ts';
import { settingsIn } from './protocol.ts';
import { wrapProcessor } from './wrap-processor.ts';

const settings = settingsIn(import.meta.url);
// Before the user's file is loaded: that may take long, and signals do not wait.
obeyTheParentOnly();
const processor = await loadProcessor(settings.processor);
const watch = await IsolateWatch.start(settings, processor);

const guarded: AnyProcessor = wrapProcessor(processor, watch);

export default guarded;
