import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, onTestFinished } from 'vitest';
import { processFiles } from '../../src/frames/app-files.ts';
import { FrameMap } from '../../src/frames/frame-map.ts';
import type { LocatedHandler } from '../../src/frames/handler-registry.ts';
import type { StackPlace } from '../../src/frames/stack-place.ts';
import type { ProfiledFunction } from '../../src/internal-types.ts';
import { type BuiltCore, builtCore } from '../report/built-core.ts';

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL('./programs/sampling-server.mjs', import.meta.url));
const MODULES = resolve(import.meta.dirname, '../../../../node_modules');

let core: Promise<BuiltCore> | undefined;
afterAll(async () => (await core)?.remove());

/**
 * A folder with these files, and with the packages of this repository that are named.
 *
 * @param whenOver removes it: when the test is over, or `afterAll`, for all tests of a file
 */
export function appFolder(
  files: Record<string, string>,
  packages: string[] = [],
  whenOver: (remove: () => void) => void = onTestFinished,
): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'leakguard-frames-')));
  whenOver(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  for (const name of packages) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    if (!existsSync(link)) symlinkSync(realpathSync(join(MODULES, name)), link);
  }
  return folder;
}

/** Answers of which this one has 95 % of the bytes. */
export function mostly(answer: string): unknown {
  return {
    asymmetricMatch: (answers: Record<string, number>) => (answers[answer] ?? 0) >= 0.95,
    toString: () => `95 % of ${answer}`,
  };
}

interface Stack {
  stack: ProfiledFunction[];
  bytes: number;
}

/** What is known of an app besides its reads. */
export interface Knowledge {
  /** Whether closures of handlers are looked into, as the sites channel does: of what is shared before it learns. */
  looks?: boolean;
  /** Whether there was a run before in which samples of what was collected were kept. */
  learns?: boolean;
}

/** What the profiler said of an app under load: what was alive at several reads, and the handlers of its routes. */
export class SampledApp {
  readonly frames: FrameMap;
  readonly last: readonly Stack[];
  readonly names: readonly string[];
  readonly scopes: readonly { handlers: readonly LocatedHandler[] }[];
  readonly #reads: Stack[][];
  readonly #printed: string;
  readonly #cwd: string;

  constructor(printed: string, cwd: string, { looks = true, learns = true }: Knowledge = {}) {
    const { functions, reads, scopes } = JSON.parse(printed) as {
      functions: ProfiledFunction[];
      reads: { stack: number[]; bytes: number }[][];
      scopes: { name: string; handlers: LocatedHandler[] }[];
    };
    this.#printed = printed;
    this.#cwd = cwd;
    this.scopes = scopes;
    this.frames = new FrameMap({ ...processFiles(() => performance.now()), cwd });
    this.names = scopes.map(({ name }) => name);
    this.#reads = reads
      .slice(learns ? 0 : 1)
      .map((read) => read.map(({ stack, bytes }) => ({ stack: stack.map((at) => functions[at]!), bytes })));
    this.last = this.#reads.at(-1)!;
    this.#register(() => false);
    if (looks) this.#register((handler) => this.frames.isShared(handler));
    for (const read of this.#reads) this.frames.learn(read.map(({ stack }) => stack));
    if (looks) this.#register((handler) => this.frames.isWrapper(handler));
  }

  /** What can be told of the same reads with less, or by the files that are there now. */
  again(knowledge: Knowledge = {}): SampledApp {
    return new SampledApp(this.#printed, this.#cwd, knowledge);
  }

  #register(isLookedInto: (handler: ProfiledFunction) => boolean): void {
    for (const [slot, { handlers }] of this.scopes.entries()) {
      const located = handlers.map(({ captured, ...place }) =>
        captured !== undefined && isLookedInto(place) ? { ...place, captured } : place,
      );
      this.frames.register(slot, located);
    }
  }

  /**
   * The live samples that a function with this name has on its stack, heaviest first. Once optimized it may have been
   * inlined, and V8 books what it allocates on its caller: then those whose innermost function is `caller`.
   */
  of(name: string, caller?: string): Stack[] {
    const isInlined = (stack: ProfiledFunction[]) =>
      caller !== undefined && stack.find(({ line }) => line >= 0)?.name === caller;
    return this.last
      .filter(({ stack }) => stack.some((one) => one.name === name) || isInlined(stack))
      .sort((a, b) => b.bytes - a.bytes);
  }

  /** Share of the bytes of these stacks for each answer: `handler GET /a|GET /b`. */
  answers(stacks: readonly Stack[]): Record<string, number> {
    const total = stacks.reduce((sum, { bytes }) => sum + bytes, 0);
    const shares: Record<string, number> = {};
    for (const { stack, bytes } of stacks) {
      const answer = this.text(this.frames.place(stack));
      shares[answer] = (shares[answer] ?? 0) + bytes / total;
    }
    return shares;
  }

  text({ role, slots }: StackPlace): string {
    return [
      role,
      slots
        .map((slot) => this.names[slot])
        .sort()
        .join('|'),
    ]
      .join(' ')
      .trim();
  }
}

/** Runs an app of a folder in a process of its own, under load. */
export async function sampleApp(
  folder: string,
  { file = 'app.mjs', perPath = 100, interval = 2048, flags = [] as string[] } = {},
): Promise<SampledApp> {
  core ??= builtCore('src/isolate.ts');
  const numbers = [String(perPath), String(interval)];
  const args = [...flags, PROGRAM, join(folder, file), (await core).url, ...numbers];
  const { stdout } = await run(process.execPath, args, { cwd: folder, maxBuffer: 200_000_000 });
  return new SampledApp(stdout, folder);
}
