/** What closing needs of its worker. */
export interface CloseHost {
  timeoutMs: number;
  /** How long it may wait beyond that while jobs run: where only recycling asks for it, nobody is in a hurry. */
  patienceMs(): number;
  /** BullMQ's own close: waits for running jobs and for Redis, for ever if need be. */
  closeStock(force: boolean): Promise<void>;
  /** Gives up: running jobs are cut off, connections break. Must not reject. */
  abandon(): Promise<void>;
  activeJobIds(): string[];
  warn(text: string): void;
}

/** How long connections may take to break before nobody waits for them any more. */
const ABANDON_MS = 1000;
const LOOK_AGAIN_MS = 1000;
const IDS_SHOWN = 50;

/** `close()` that ends: by itself, when its time is up, or when somebody asks again with `force`. */
export class BoundedClose {
  readonly #host: CloseHost;
  #closing: Promise<void> | null = null;
  #giveUp: (why: string) => void = () => undefined;

  constructor(host: CloseHost) {
    this.#host = host;
  }

  close(force: boolean): Promise<void> {
    if (this.#closing === null) this.#closing = this.#run(force);
    else if (force) this.#giveUp('close(true) was called');
    return this.#closing;
  }

  async #run(force: boolean): Promise<void> {
    const { timeoutMs, closeStock } = this.#host;
    let timer: NodeJS.Timeout | undefined;
    const beganMs = performance.now();
    const gaveUp = new Promise<string>((resolve) => {
      this.#giveUp = resolve;
      const timeIsUp = (): void => {
        if (this.#isPatient(performance.now() - beganMs)) timer = setTimeout(timeIsUp, LOOK_AGAIN_MS);
        else resolve(`shutdownTimeout (${timeoutMs} ms) is over`);
      };
      timer = setTimeout(timeIsUp, timeoutMs);
    });
    const closed = closeStock(force);
    // It may still fail long after nobody waits for it.
    closed.catch(() => undefined);
    const why = await Promise.race([closed, gaveUp]).finally(() => clearTimeout(timer));
    if (typeof why === 'string') await this.#abandon(why);
  }

  #isPatient(elapsedMs: number): boolean {
    return elapsedMs < this.#host.patienceMs() && this.#host.activeJobIds().length > 0;
  }

  async #abandon(why: string): Promise<void> {
    const ids = this.#host.activeJobIds();
    this.#host.warn(`${why}, the worker does not wait any longer. ${describe(ids)}`);
    let timer: NodeJS.Timeout | undefined;
    const longEnough = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ABANDON_MS);
    });
    await Promise.race([this.#host.abandon(), longEnough]);
    clearTimeout(timer);
  }
}

function describe(ids: readonly string[]): string {
  if (ids.length === 0) return 'No job was active.';
  const more = ids.length > IDS_SHOWN ? ` and ${ids.length - IDS_SHOWN} more` : '';
  return `Active jobs, which run again when their locks expire: ${ids.slice(0, IDS_SHOWN).join(', ')}${more}`;
}
