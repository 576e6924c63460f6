import { readFileSync } from 'node:fs';
import { Argument, Command, CommanderError, InvalidArgumentError } from 'commander';
import type { CliStreams } from './cli-streams.ts';
import { addAudit } from './commands/audit.ts';
import { completionScript, SHELLS, type Shell } from './commands/completion.ts';
import { addDiff } from './commands/diff.ts';
import { DEFAULT_TOP, type ReportLogsOptions, reportLogs } from './commands/report-logs.ts';
import { addRun } from './commands/run.ts';
import { parseSince } from './commands/since-option.ts';
import { addSnapshot } from './commands/snapshot.ts';
import { LogFileError } from './read/log-file-error.ts';
import { ReportFileError } from './read/read-report.ts';
import { errorText } from './render/error-text.ts';

/** Exit code for wrong usage and for input that cannot be read. */
const EXIT_USAGE = 2;

/**
 * Runs the command line and gives its exit code: 0, or 2 for wrong usage and for input that is missing, cannot be read or is of another kind;
 * `run` and `audit` have 1 too.
 *
 * @param args without the interpreter and the script
 * @example
 * process.exitCode = await runCli(['report', 'growth.4242.ndjson']);
 */
export async function runCli(args: readonly string[], streams: CliStreams = process): Promise<number> {
  let exitCode = 0;
  const exitWith = (code: number): void => {
    exitCode = code;
  };
  try {
    await program(streams, exitWith).parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has already written its message.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    if (!isTold(error)) throw error;
    streams.stderr.write(errorText(error.message, error));
    return EXIT_USAGE;
  }
}

/** Errors that say what to do, of this package and of core; core's class is not loaded for it. */
function isTold(error: unknown): error is Error {
  if (error instanceof ReportFileError || error instanceof LogFileError) return true;
  return error instanceof Error && error.name === 'LeakguardError';
}

const EXIT_CODES = `
Exit codes: 0, also when a leak is named; 2 for wrong usage and for input that cannot be read.`;

function program(streams: CliStreams, exitWith: (code: number) => void): Command {
  const { stdout, stderr } = streams;
  const command = new Command('leakguard')
    .description(
      'Reads what leakguard, the memory-leak guard for Node.js servers, has saved, asks running servers who holds their memory, recycles job workers and audits their queues.',
    )
    .version(version(), '--version')
    .helpOption('--help', 'show this help')
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
    .addHelpText(
      'after',
      `
Examples:
  leakguard report growth.*.ndjson        who leaks, over all processes
  leakguard show report.json              one saved report as text
  leakguard snapshot 4242 --wait 60s      which functions of a running process gain memory
  leakguard diff before.json after.json   what changed between two snapshots
  leakguard run worker.js --processes 4   job workers, replaced at their limits without losing a job
  leakguard audit emails                  what a BullMQ queue keeps in Redis for no use
  eval "$(leakguard completion bash)"     completion in this shell
${EXIT_CODES}`,
    )
    .exitOverride();
  addReport(command, streams);
  addShow(command, streams);
  addSnapshot(command, streams);
  addDiff(command, streams);
  addRun(command, streams, exitWith);
  addAudit(command, streams, exitWith);
  addCompletion(command, streams);
  return command;
}

function addReport(command: Command, streams: CliStreams): void {
  command
    .command('report')
    .description('table per route of growth logs (option logFile), merged over processes and rotated files')
    .argument('<growth.ndjson...>', "files, gzip welcome, or '-' for stdin")
    .option('--since <time>', "only lines since an ISO 8601 time (UTC) or a duration such as '2h'", (value) =>
      parseSince(value, Date.now()),
    )
    .option('--top <n>', `rows to show, ${DEFAULT_TOP} by default`, parseRows)
    .option('--all', 'all rows')
    .option('--json', 'the report as JSON, all rows')
    .addHelpText(
      'after',
      `
Examples:
  leakguard report growth.4242.ndjson
  leakguard report logs/growth.*.ndjson* --since 2h
  zcat old.ndjson.gz | leakguard report -
  leakguard report growth.*.ndjson --json | jq '.scopes[0]'
${EXIT_CODES}`,
    )
    .action(async (files: string[], options: ReportLogsOptions) => {
      streams.stdout.write(await reportLogs(files, options, streams));
    });
}

function addShow(command: Command, { stdin, stdout }: CliStreams): void {
  command
    .command('show')
    .description('print a saved growth report (JSON of guard.report()) as the leak text')
    .argument('<report.json>', "the file, or '-' for stdin")
    .addHelpText(
      'after',
      `
Examples:
  leakguard show report.json
  curl -s localhost:3000/internal/leaks | leakguard show -
${EXIT_CODES}`,
    )
    .action(async (file: string) => {
      // Loaded here: no other command needs core, whose loading takes as long as all the rest of ours.
      const { showReport } = await import('./commands/show.ts');
      stdout.write(`${await showReport(file, stdin)}\n`);
    });
}

function addCompletion(command: Command, { stdout }: CliStreams): void {
  command
    .command('completion')
    .description('print the completion script of a shell')
    .addArgument(new Argument('<shell>', 'your shell').choices(SHELLS))
    .addHelpText(
      'after',
      `
Examples:
  eval "$(leakguard completion bash)"                                      in ~/.bashrc
  source <(leakguard completion zsh)                                       in ~/.zshrc, after compinit
  leakguard completion fish > ~/.config/fish/completions/leakguard.fish
${EXIT_CODES}`,
    )
    .action((shell: Shell) => {
      stdout.write(completionScript(command, shell));
    });
}

function parseRows(value: string): number {
  if (/^[1-9]\d{0,6}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('Expected a number from 1 to 9999999.');
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
