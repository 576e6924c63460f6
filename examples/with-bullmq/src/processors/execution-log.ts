import { appendFileSync } from 'node:fs';

const file = process.env.EXECUTION_LOG;

/** Appends the id of a job that begins to the file of EXECUTION_LOG: what recycling lost or did twice shows there. */
export function noteExecution(id: string | undefined): void {
  if (file !== undefined) appendFileSync(file, `${id}\n`);
}
