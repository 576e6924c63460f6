import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export interface ProgramOptions {
  /** Of Node itself. */
  flags?: readonly string[];
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** What a POSIX shell does with its streams first, such as `2>&-`. */
  redirection?: string;
}

/** What a program came to. */
export interface Outcome {
  pid: number;
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A test runner's environment would switch the guards off. */
const RUNNER = new Set(['NODE_ENV', 'VITEST', 'JEST_WORKER_ID', 'NODE_OPTIONS']);

/** Only ends what would never end. */
const MAX_RUN_MS = 90_000;

/** Starts a program of this folder on the built packages, in a process that knows of no test runner. */
export function start(program: string, options: ProgramOptions = {}): ChildProcess {
  const { flags = [], args = [], env = {}, redirection = '' } = options;
  const file = fileURLToPath(new URL(`programs/${program}`, import.meta.url));
  const inherited = Object.entries(process.env).filter(
    ([name]) => !RUNNER.has(name) && !name.startsWith('VITEST_'),
  );
  const command = [process.execPath, '--no-warnings', ...flags, file, ...args];
  const through = redirection === '' ? [] : ['/bin/sh', '-c', `exec "$@" ${redirection}`, 'sh'];
  const [executable, ...rest] = [...through, ...command] as [string, ...string[]];
  return spawn(executable, rest, {
    env: { ...Object.fromEntries(inherited), ...env },
    timeout: MAX_RUN_MS,
    killSignal: 'SIGKILL',
  });
}

/** Runs a program to its end. */
export async function run(program: string, options: ProgramOptions = {}): Promise<Outcome> {
  const child = start(program, options);
  const ended = once(child, 'exit');
  const textOf = (stream: ChildProcess['stdout']) => (stream === null ? '' : text(stream));
  const [stdout, stderr] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  const [code] = await ended;
  return { pid: child.pid!, code, stdout, stderr };
}

/** The lines of the default logger; V8 warns on stderr, too, of flags that do not go together. */
export function logLines(stderr: string): { level: number; event: string; msg: string }[] {
  return stderr
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('Warning: disabling flag'))
    .map((line) => JSON.parse(line));
}
