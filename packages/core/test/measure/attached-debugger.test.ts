import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DebuggerClient } from './debugger-client.ts';
import { SampledProcesses } from './sampled-process.ts';

let processes: SampledProcesses;
const children: ChildProcess[] = [];
beforeAll(async () => {
  processes = await SampledProcesses.build();
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => processes.remove());

/** A program under `--inspect`, and the debugger that is attached to it. */
async function debugged(program: string) {
  const child = spawn(process.execPath, ['--inspect=127.0.0.1:0', processes.write(program)]);
  children.push(child);
  const errors = createInterface({ input: child.stderr });
  let url: string | undefined;
  for await (const line of errors) {
    url = /ws:\S+/.exec(line)?.[0];
    if (url !== undefined) break;
  }
  // What else it writes there must not fill the pipe.
  child.stderr.resume();
  const client = await DebuggerClient.connect(url!);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const said = async () => JSON.parse((await lines.next()).value as string);
  return { child, client, said };
}

describe('a debugger that is attached', () => {
  it('goes on working beside the sampler, which neither pauses it nor is disturbed by it', async () => {
    const { child, client, said } = await debugged(`
      import { once } from 'node:events';
      sampler.start(KB64);
      keep(5000);
      sampler.read();
      say(sampler.unavailable);
      await once(process.stdin, 'data');
      function handler() { keep(5000); }
      handler();
      console.error('for the debugger');
      const located = sampler.locate(handler)?.name;
      const reading = sampler.read();
      debugger;
      say({ located, kept: bytesOf(reading, 'handler'), again: sampler.read() !== null });
      process.exit();`);
    expect(await said()).toBeNull();
    await client.post('Runtime.enable');
    await client.post('Debugger.enable');
    await client.post('Debugger.setPauseOnExceptions', { state: 'all' });
    child.stdin!.write('go\n');
    await client.seen('Debugger.paused');
    const logged = client.events.filter(({ method }) => method === 'Runtime.consoleAPICalled');
    expect(logged.at(-1)?.params.args[0].value).toBe('for the debugger');
    await client.post('Debugger.resume');
    const result = await said();
    expect(result).toMatchObject({ located: 'handler', again: true });
    expect(result.kept).toBeGreaterThan(3_000_000);
    const paused = client.events.filter(({ method }) => method === 'Debugger.paused');
    expect(paused.map(({ params }) => params.reason)).toEqual(['other']);
    client.close();
    await once(child, 'exit');
  });

  it('that samples allocations itself gets its profile, and the sampler yields', async () => {
    const { child, client, said } = await debugged(`
      import { once } from 'node:events';
      await once(process.stdin, 'data');
      sampler.start(KB64);
      say([sampler.isRunning, sampler.unavailable]);
      keep(5000);
      await once(process.stdin, 'data');`);
    await client.post('HeapProfiler.startSampling', { samplingInterval: 16_384 });
    child.stdin!.write('go\n');
    expect(await said()).toEqual([false, expect.stringContaining('already in use')]);
    const { profile } = await client.post('HeapProfiler.stopSampling');
    expect(profile.samples.length).toBeGreaterThan(50);
    client.close();
    child.stdin!.end('end\n');
    await once(child, 'exit');
  });
});
