const MOST_KINDS = 20;

/** Node's process warnings, each kind once. */
export class WarnOnce {
  readonly #told = new Set<string>();

  /** @param code `LEAKGUARD_...`, which `--disable-warning` takes */
  warn(code: string, text: string): void {
    if (this.#told.has(code) || this.#told.size >= MOST_KINDS) return;
    this.#told.add(code);
    process.emitWarning(`leakguard: ${text}`, { code });
  }
}

/** Recycling what is above its limit before the first job would give nothing back, and go on for ever. */
export function baselineText(who: string, baselineBytes: number, maxHeapBytes: number): string {
  return `${who} holds ${baselineBytes} bytes before its first job, more than maxHeapPerWorker (${maxHeapBytes}), so memory recycles nothing. Raise maxHeapPerWorker.`;
}
