import type * as inspector from 'node:inspector';
import { contained } from '../contain.ts';

/** The part of Node's inspector that is used. */
export type InspectorModule = Pick<typeof inspector, 'Session' | 'url'>;

/** Sends one command to V8 and gives its answer at once; throws what V8 answers with as an error. */
export type Post = <T>(method: string, params?: object) => T;

/** How long what the app gave to `console` may stay alive because of us. */
const CONSOLE_MS = 1000;

/**
 * Node's inspector, null in a build without it. Loaded when first asked for: an import would end the process in such a
 * build, and every worker thread would pay for it.
 */
export function loadInspector(): InspectorModule | null {
  return contained(() => process.getBuiltinModule('node:inspector') ?? null, null);
}

/**
 * Sessions with this isolate's own inspector (a worker thread's is its own). No domain is enabled: nothing is
 * deoptimised and nothing can pause.
 *
 * A connected session is not free. While one is open Node hands everything given to `console` to V8 as well, which keeps
 * the last 1,000 calls *with their arguments* alive (20 of 20 logged objects survived a GC on Node 20, 22, 24, 26), and a
 * `console.log` takes 3.3-3.8 us instead of 1.2-2. So sessions are short where V8 lets us, and while one has to be held
 * V8's copy is thrown away each second. And the end of a session makes V8 number heap objects anew (seen on all four): heap
 * snapshots from before and after it cannot be compared by object id. So while one is held all work goes through it.
 */
export class InspectorLink {
  readonly #inspector: InspectorModule;
  readonly #every: (intervalMs: number, run: () => void) => () => void;
  #held: inspector.Session | null = null;
  #stopDiscarding: () => void = () => undefined;

  constructor(module: InspectorModule, every: (intervalMs: number, run: () => void) => () => void) {
    this.#inspector = module;
    this.#every = every;
  }

  /** Runs `work` in the held session, else in one that ends with it. */
  use<T>(work: (post: Post) => T): T {
    if (this.#held !== null) return work(postTo(this.#held));
    const session = this.#connect();
    try {
      return work(postTo(session));
    } finally {
      session.disconnect();
    }
  }

  /** Keeps a session open until {@link release}. Does nothing while one is. */
  hold(): void {
    if (this.#held !== null) return;
    this.#held = this.#connect();
    this.#stopDiscarding = this.#every(CONSOLE_MS, () => this.discardConsole());
  }

  /** Ends the held session, and with it the profiler that was started in it, whoever runs it now. Forces no GC. */
  release(): void {
    this.#stopDiscarding();
    const session = this.#held;
    this.#held = null;
    session?.disconnect();
  }

  /** Throws away what V8 keeps of `console` because of the held session. Under `--inspect` it would be kept anyway, for whoever looks. */
  discardConsole(): void {
    const session = this.#held;
    if (session === null || this.#inspector.url() !== undefined) return;
    contained(() => postTo(session)('Runtime.discardConsoleEntries'), undefined);
  }

  #connect(): inspector.Session {
    const session = new this.#inspector.Session();
    session.connect();
    return session;
  }
}

/** A session to the own thread answers before `post` returns. */
function postTo(session: inspector.Session): Post {
  return <T>(method: string, params: object = {}): T => {
    const answer: { error?: Error | null; result?: T } = {};
    session.post(method, params, (error, result) => Object.assign(answer, { error, result }));
    if (answer.error instanceof Error) throw answer.error;
    if (answer.result === undefined) throw new Error(`the inspector did not answer ${method} at once`);
    return answer.result;
  };
}
