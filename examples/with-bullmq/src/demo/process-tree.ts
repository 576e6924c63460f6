import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** One process of the system. */
export interface ProcessMemory {
  pid: number;
  parent: number;
  rssBytes: number;
}

/** What a process and all its descendants have in memory together; pages that they share count once each. */
export function treeRss(processes: readonly ProcessMemory[], root: number): number {
  const tree = new Set([root]);
  // Listed in any order: until nobody new is found.
  for (let size = 0; size !== tree.size; ) {
    size = tree.size;
    for (const { pid, parent } of processes) if (tree.has(parent)) tree.add(pid);
  }
  return processes.reduce((sum, { pid, rssBytes }) => sum + (tree.has(pid) ? rssBytes : 0), 0);
}

/** All processes; none on systems that say so neither by /proc nor by ps. */
export async function listProcesses(): Promise<ProcessMemory[]> {
  try {
    return process.platform === 'linux'
      ? await fromProc()
      : parsePs((await promisify(execFile)('ps', PS)).stdout);
  } catch {
    return [];
  }
}

const PS = ['-A', '-o', 'pid=,ppid=,rss='];

/** The output of `ps -o pid=,ppid=,rss=`, whose sizes are in KB. */
export function parsePs(output: string): ProcessMemory[] {
  const rows = output
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  return rows.map(([pid, parent, rssKb]) => ({ pid: pid!, parent: parent!, rssBytes: rssKb! * 1024 }));
}

/** `ps` is missing in small containers, and costs a process each time. */
async function fromProc(): Promise<ProcessMemory[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')));
  return found.filter((status) => status !== '').map(parseStatus);
}

/** A `/proc/<pid>/status`; kernel threads have no VmRSS. */
export function parseStatus(status: string): ProcessMemory {
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  return { pid: field('Pid'), parent: field('PPid'), rssBytes: field('VmRSS') * 1024 };
}
