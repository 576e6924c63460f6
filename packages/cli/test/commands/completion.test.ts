import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { runCli } from '../../src/cli.ts';
import { writeLogs } from '../log-fixture.ts';

async function script(shell: string): Promise<string> {
  let stdout = '';
  const output = { write: (text: string) => (stdout += text) };
  expect(await runCli(['completion', shell], { stdin: process.stdin, stdout: output, stderr: output })).toBe(
    0,
  );
  return stdout;
}

/** What bash offers for the last of these words. */
async function offered(...words: string[]): Promise<string[]> {
  const line = `COMP_WORDS=(leakguard ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}`;
  const program = `${await script('bash')}\n${line}\n_leakguard\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', program]);
  return stdout.split('\n').filter((word) => word !== '');
}

test('bash completes commands, options and choices, and leaves files to itself', async () => {
  expect(await offered('re')).toEqual(['report']);
  expect(await offered('ru')).toEqual(['run']);
  expect(await offered('sn')).toEqual(['snapshot']);
  expect(await offered('snapshot', '--w')).toEqual(['--wait']);
  expect(await offered('diff', '--g')).toEqual(['--group-by']);
  expect(await offered('report', '--s')).toEqual(['--since']);
  expect(await offered('audit', '--')).toEqual(expect.arrayContaining(['--redis', '--prefix', '--json']));
  expect(await offered('run', '--p')).toEqual(['--processes']);
  expect(await offered('completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']));
  const [file] = await writeLogs({ 'growth.1.ndjson': '' });
  expect(await offered('report', file!.slice(0, -3))).toEqual([]);
  expect(await script('bash')).toContain('complete -o default -F _leakguard leakguard');
});

test('zsh gets descriptions, with quotes closed and opened again', async () => {
  const zsh = await script('zsh');
  expect(zsh).toMatch(/^#compdef leakguard\n/);
  expect(zsh).toContain("'--all[all rows]' '--json[the report as JSON, all rows]'");
  expect(zsh).toContain(`such as '\\''2h'\\'']:value: '`);
  expect(zsh).toContain("'*:file:_files'");
});

test('fish gets one line per command and option', async () => {
  const fish = await script('fish');
  expect(fish).toContain(
    "complete -c leakguard -n '__fish_seen_subcommand_from report' -l top -x -d 'rows to show, 20 by default'\n",
  );
  expect(fish).toContain("such as \\'2h\\''");
  expect(fish).toContain("-f -a 'bash zsh fish'");
});

test('another shell is refused', async () => {
  const output = { write: () => {} };
  expect(await runCli(['completion', 'csh'], { stdin: process.stdin, stdout: output, stderr: output })).toBe(
    2,
  );
});
