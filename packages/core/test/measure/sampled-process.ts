import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { builtCore } from '../report/built-core.ts';

/** What every program can use besides `runtime`. */
const PRELUDE = `
import { Session } from 'node:inspector';
import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const KB64 = 65536;
const runtime = processRuntime();
const { sampler } = runtime;
const say = (value) => process.stdout.write(JSON.stringify(value) + '\\n');
setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');
setFlagsFromString('--no-expose-gc');

/** Another tool with a session of its own. */
class Tool {
  #session = new Session();
  constructor() { this.#session.connect(); }
  post(method, params = {}) {
    const answer = {};
    this.#session.post(method, params, (error, result) => Object.assign(answer, { error, result }));
    if (answer.error) return answer.error.message;
    return answer.result;
  }
  start() { return this.post('HeapProfiler.startSampling', { samplingInterval: 16384 }); }
  stop() { return this.post('HeapProfiler.stopSampling'); }
  samples() { return this.post('HeapProfiler.getSamplingProfile').profile?.samples.length ?? null; }
}

const kept = [];
function keep(kilobytes) {
  for (let n = 0; n < kilobytes; n += 1) kept.push(new Array(128).fill(n));
}

/** Bytes of the samples that have a function of this name on their stack. */
function bytesOf(reading, name) {
  return reading.samples
    .filter(({ stack }) => reading.stacks[stack].some((index) => reading.functions[index].name === name))
    .reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Full GCs so far that \`gc\` entries tell of. */
let majorGcs = 0;
new PerformanceObserver((list) => {
  majorGcs += list.getEntries().filter(({ detail }) => detail.kind === 4).length;
}).observe({ entryTypes: ['gc'] });
async function majorGcsSoFar() {
  await wait(5);
  await wait(5);
  return majorGcs;
}
`;

export interface SampledProgram {
  /** Flags of Node. */
  flags?: string[];
  /** Other files beside the program, by path. */
  files?: Record<string, string>;
}

/** Runs programs in processes of their own: a process has one profiler. */
export class SampledProcesses {
  readonly #folder: string = mkdtempSync(join(tmpdir(), 'leakguard-sampled-'));
  readonly #core: { url: string; remove: () => void };

  private constructor(core: { url: string; remove: () => void }) {
    this.#core = core;
  }

  static async build(): Promise<SampledProcesses> {
    return new SampledProcesses(await builtCore('src/isolate.ts'));
  }

  /** Resolves with what the program said, when it ended by itself. */
  // biome-ignore lint/suspicious/noExplicitAny: each program says something else
  async run(program: string, options: SampledProgram = {}): Promise<any[]> {
    const main = this.write(program, options);
    const run = promisify(execFile)(process.execPath, [...(options.flags ?? []), main], { timeout: 50_000 });
    const { stdout } = await run;
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  }

  /** Writes the program and gives its path. */
  write(program: string, { files = {} }: SampledProgram = {}): string {
    const folder = mkdtempSync(join(this.#folder, 'app-'));
    const all = { ...files, 'main.mjs': this.source(program) };
    for (const [path, text] of Object.entries(all)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return join(folder, 'main.mjs');
  }

  /** The program as a module of its own. */
  source(program: string): string {
    return `import { processRuntime } from ${JSON.stringify(this.#core.url)};\n${PRELUDE}\n${program}`;
  }

  remove(): void {
    this.#core.remove();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
