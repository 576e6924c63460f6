import type { Job } from 'bullmq';
import { enrichProfile } from './enrich-profile.ts';
import { noteExecution } from './execution-log.ts';
import { quoteShipping } from './quote-shipping.ts';
import { renderInvoice } from './render-invoice.ts';
import { resizeAvatar } from './resize-avatar.ts';
import { sendReceipt } from './send-receipt.ts';

// biome-ignore lint/suspicious/noExplicitAny: each takes the data of its own jobs
const PROCESSORS: Record<string, (data: any) => unknown> = {
  'send-receipt': sendReceipt,
  'render-invoice': renderInvoice,
  'enrich-profile': enrichProfile,
  'resize-avatar': resizeAvatar,
  'quote-shipping': quoteShipping,
};

/** Does one job of the queue, whatever its name. */
export default async function shop(job: Job): Promise<unknown> {
  const processor = PROCESSORS[job.name];
  if (processor === undefined) throw new Error(`no processor for ${job.name}`);
  noteExecution(job.id);
  return await processor(job.data);
}
