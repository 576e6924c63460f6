/** Readings of a process and all that it started, from /proc: Linux only. */
import { readdirSync, readFileSync } from 'node:fs';

/** `sysconf(_SC_CLK_TCK)`: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/**
 * CPU that the tree has used so far, milliseconds, that of ended and awaited children included; it never falls while the
 * root lives.
 *
 * @param {number} root pid
 */
export function treeCpuMs(root) {
  return sum(root, (stat) => ((stat[11] + stat[12] + stat[13] + stat[14]) * 1000) / TICKS_PER_SECOND);
}

/** Resident bytes of the tree; pages that processes share count in each. @param {number} root pid */
export function treeRssBytes(root) {
  return sum(root, (stat) => stat[21] * PAGE_BYTES);
}

/** @param {number} pid @param {(stat: number[]) => number} read @returns {number} */
function sum(pid, read) {
  const stat = statOf(pid);
  if (stat === null) return 0;
  return childrenOf(pid).reduce((total, child) => total + sum(child, read), read(stat));
}

/** The fields after the command's name, the state (0) first. @param {number} pid */
function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
  } catch {
    return null;
  }
}

/** @param {number} pid */
function childrenOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}
