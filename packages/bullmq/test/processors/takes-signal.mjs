import { note } from './log.mjs';

/** Ends when it is cancelled. */
export default async function takesSignal(job, _token, signal, ...more) {
  note('S', job);
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  note('E', job);
  return { reason: String(signal.reason), parameters: 3 + more.length };
}
