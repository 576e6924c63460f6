import { Readable } from 'node:stream';
import { runCli } from '../src/cli.ts';

/** What a command line came to. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command line in this process. */
export async function runOutcome(args: readonly string[], input = ''): Promise<Outcome> {
  const outcome = { code: 0, stdout: '', stderr: '' };
  outcome.code = await runCli(args, {
    stdin: Readable.from([Buffer.from(input)]),
    stdout: { write: (text) => (outcome.stdout += text) },
    stderr: { write: (text) => (outcome.stderr += text) },
  });
  return outcome;
}
