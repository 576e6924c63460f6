import { formatBytes } from '@leakguard/core/quantities';
import type { CliOutput } from '../cli-streams.ts';

/** Inputs below this are read before anybody wonders. */
const BIG_BYTES = 32 * 1024 ** 2;
const STEP_BYTES = 8 * 1024 ** 2;

/** How far reading has come, on one line of a terminal that is wiped at the end; silent in pipes and for small inputs. */
export class Progress {
  readonly #output: CliOutput;
  readonly #totalBytes: number | null;
  #bytes = 0;
  #hasWritten = false;
  #nextBytes = BIG_BYTES;

  /** @param totalBytes null where it is not known */
  constructor(output: CliOutput, totalBytes: number | null) {
    this.#output = output;
    this.#totalBytes = totalBytes;
    if (totalBytes !== null && totalBytes >= BIG_BYTES) this.#nextBytes = STEP_BYTES;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < this.#nextBytes || this.#output.isTTY !== true) return;
    this.#nextBytes = this.#bytes + STEP_BYTES;
    this.#hasWritten = true;
    this.#output.write(`\r\u001b[K${this.#text()}`);
  }

  end(): void {
    if (this.#hasWritten) this.#output.write('\r\u001b[K');
  }

  #text(): string {
    if (this.#totalBytes === null) return `${formatBytes(this.#bytes)} read`;
    const share = Math.min(100, Math.floor((100 * this.#bytes) / this.#totalBytes));
    return `${formatBytes(this.#bytes)} of ${formatBytes(this.#totalBytes)} read (${share} %)`;
  }
}
