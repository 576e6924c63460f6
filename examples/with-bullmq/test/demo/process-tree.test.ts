import { expect, test } from 'vitest';
import { listProcesses, parsePs, parseStatus, treeRss } from '../../src/demo/process-tree.ts';

test('a tree is a process and all its descendants, in whatever order they are listed', () => {
  const processes = [
    { pid: 30, parent: 20, rssBytes: 4 },
    { pid: 20, parent: 10, rssBytes: 2 },
    { pid: 10, parent: 1, rssBytes: 1 },
    { pid: 11, parent: 1, rssBytes: 100 },
  ];
  expect(treeRss(processes, 10)).toBe(7);
});

test('ps and /proc are read alike', () => {
  const process = { pid: 42, parent: 7, rssBytes: 2048 * 1024 };
  expect(parsePs('   42     7   2048\n')).toEqual([process]);
  expect(parseStatus('Name:\tnode\nPid:\t42\nPPid:\t7\nVmPeak:\t  9999 kB\nVmRSS:\t    2048 kB\n')).toEqual(
    process,
  );
});

test('a kernel thread has no memory of its own', () => {
  expect(parseStatus('Name:\tkthreadd\nPid:\t2\nPPid:\t0\n').rssBytes).toBe(0);
});

test('this process is among those of the system, with some megabytes', async () => {
  expect(treeRss(await listProcesses(), process.pid)).toBeGreaterThan(10 * 1024 * 1024);
});
