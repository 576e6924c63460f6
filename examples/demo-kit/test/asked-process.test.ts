import { afterEach, expect, test } from 'vitest';
import { AskedProcess } from '../src/asked-process.ts';

type Program = AskedProcess<
  { count: () => number; fail: () => void; exit: () => void },
  { greeting: string }
>;

let program: Program | undefined;

function start(): Program {
  const entry = new URL('programs/counts.mjs', import.meta.url);
  program = new AskedProcess({ entry, env: { GREETING: 'hello' }, onLine: () => undefined });
  return program;
}

afterEach(() => program?.stop());

test('tells what the program says when it is ready, and answers each question', async () => {
  const { ready } = start();
  expect(await ready).toEqual({ greeting: 'hello' });
  expect(await Promise.all([program!.ask('count'), program!.ask('count')])).toEqual([1, 2]);
});

test('a question rejects with what the program threw', async () => {
  await expect(start().ask('fail')).rejects.toThrow('no');
});

test('a question rejects when the program ends before the answer', async () => {
  await expect(start().ask('exit')).rejects.toThrow('counts.mjs ended early (code 3)');
});

test('a program that was stopped is gone', async () => {
  const { ready, pid } = start();
  await ready;
  await program!.stop();
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});
