import { PassThrough } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { expect, test } from 'vitest';
import { openScreen } from '../src/screen.ts';

function stream(tty: object = {}): { out: WriteStream; text(): string } {
  const out = new PassThrough();
  Object.assign(out, tty);
  // One `read()` gives all that was written, or since Node 26 the first chunk of it.
  const text = (): string => {
    let all = '';
    for (let chunk = out.read(); chunk !== null; chunk = out.read()) all += chunk;
    return all;
  };
  return { out: out as unknown as WriteStream, text };
}

const terminal = { isTTY: true, rows: 24, columns: 20 };

test('a terminal gets every state in place of the one before, cut to its width', () => {
  const { out, text } = stream(terminal);
  const screen = openScreen(out, {});
  screen.live(['a line that is longer than the terminal', 'b'], 'short');
  expect(text()).toContain('a line that is long\nb\n');
  screen.live(['c'], 'short');
  expect(text()).toContain('\x1b[2A');
});

test('what is printed on a terminal stays above the live lines', () => {
  const { out, text } = stream(terminal);
  const screen = openScreen(out, {});
  screen.live(['live'], 'short');
  text();
  screen.print('event');
  expect(text()).toMatch(/event\n.*live\n$/s);
});

test.each([
  ['a pipe', {}, {}],
  ['CI', terminal, { CI: 'true' }],
])('%s gets plain lines, and not one for every state', (_, tty, env) => {
  const { out, text } = stream(tty);
  const screen = openScreen(out, env);
  for (let i = 0; i < 3; i++) screen.live(['table'], `state ${i}`);
  screen.print('event');
  expect(text()).toBe('state 0\nevent\n');
});
