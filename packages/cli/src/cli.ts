import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { ReportFileError } from './read-report.ts';
import { showReport } from './show.ts';

/** Where the command line reads and writes; the process's own streams by default. */
export interface CliStreams {
  stdin: AsyncIterable<Uint8Array | string>;
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
}

/** Exit code for wrong usage and for input that cannot be read. */
const EXIT_USAGE = 2;

/**
 * Runs the command line and gives its exit code: 0, or 2 for wrong usage and for input that is missing or no report.
 *
 * @param args without the interpreter and the script
 * @example
 * process.exitCode = await runCli(['show', 'report.json']);
 */
export async function runCli(args: readonly string[], streams: CliStreams = process): Promise<number> {
  try {
    await program(streams).parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has already written its message.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    if (!(error instanceof ReportFileError)) throw error;
    streams.stderr.write(`leakguard: ${error.message}\n`);
    return EXIT_USAGE;
  }
}

function program({ stdin, stdout, stderr }: CliStreams): Command {
  const command = new Command('leakguard')
    .description('Reads what leakguard, the memory-leak guard for Node.js servers, has saved.')
    .version(version(), '--version')
    .helpOption('--help', 'show this help')
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
    .exitOverride();
  command
    .command('show')
    .description('print a saved growth report (JSON of guard.report()) as the leak text')
    .argument('<report.json>', "the file, or '-' for stdin")
    .action(async (file: string) => {
      stdout.write(`${await showReport(file, stdin)}\n`);
    });
  return command;
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
