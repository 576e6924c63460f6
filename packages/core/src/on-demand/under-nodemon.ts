import { readFileSync } from 'node:fs';
import { contained } from '../contain.ts';

/** Ancestors looked at: nodemon starts the program itself, or through a shell, or through npm. */
const MAX_ANCESTORS = 4;
const NODEMON = /(^|[/\\])nodemon(\.js)?$/;

/**
 * Whether nodemon started this process: it restarts its program by SIGUSR2, and a program that listens for that is never
 * restarted. It leaves no mark in the environment, so the ancestors' command lines are read (Linux), and what a shell or npm say
 * they started.
 */
export function isUnderNodemon(env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  return (
    NODEMON.test(env._ ?? '') || /\bnodemon\b/.test(env.npm_lifecycle_script ?? '') || ancestorIsNodemon()
  );
}

function ancestorIsNodemon(): boolean {
  let pid = process.ppid;
  for (let generation = 0; generation < MAX_ANCESTORS && pid > 1; generation++) {
    if (commandOf(pid).some((word) => NODEMON.test(word))) return true;
    pid = parentOf(pid);
  }
  return false;
}

/** The words that say which program it is: the interpreter, the script. Later ones may be anything. */
function commandOf(pid: number): string[] {
  return contained(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'), '')
    .split('\0')
    .slice(0, 2);
}

function parentOf(pid: number): number {
  const status = contained(() => readFileSync(`/proc/${pid}/status`, 'utf8'), '');
  return Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0);
}
