import type { SpikeReport } from '../types.ts';
import { formatBytes } from './quantities.ts';

/** One line: scope, what one unit allocated, and how many spikes before it got no line. */
export function formatSpike({ scope, kind, bytes, suppressed }: SpikeReport): string {
  const unit = kind === 'job' ? 'job' : 'request';
  const more = suppressed === 0 ? '' : `, ${suppressed} more since the last line`;
  return `SPIKE  ${scope}  one ${unit} allocated ${formatBytes(bytes)}${more}`;
}
