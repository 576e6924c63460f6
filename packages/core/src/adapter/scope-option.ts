import { briefTextOf } from '../contain.ts';

/** The app's own naming: gives a name, or undefined where it has none. */
export type NameOf<Args extends unknown[]> = (...args: Args) => string | undefined;

/** How warnings call the option. */
export interface ScopeOptionText {
  /** The option as the app wrote it: `leakGuard's option scope(req, res)`. */
  option: string;
  /** What happens to the requests that it does not name: `count by their route`. */
  otherwise: string;
}

/**
 * An adapter's option `scope`, asked for one request after the other. It belongs to the app: whatever it throws,
 * returns or rejects with, no request is affected, and one warning (`LEAKGUARD_SCOPE_OPTION`) says so.
 */
export class ScopeOption<Args extends unknown[]> {
  readonly #nameOf: NameOf<Args>;
  readonly #text: ScopeOptionText;
  #warned = false;

  constructor(nameOf: NameOf<Args>, text: ScopeOptionText) {
    this.#nameOf = nameOf;
    this.#text = text;
  }

  /** The app's name for this request, undefined if it gives none. Never throws. */
  ask(...args: Args): string | undefined {
    try {
      const name: unknown = this.#nameOf(...args);
      if (typeof name === 'object' && name !== null) this.#refuse(name);
      return typeof name === 'string' ? name : undefined;
    } catch (cause) {
      this.#warnOnce('threw', cause);
      return undefined;
    }
  }

  /** An async `scope` answers too late; its rejection must not become the app's unhandled rejection. */
  #refuse(name: object): void {
    new Promise((resolve) => resolve(name)).then(
      () => this.#warnOnce('gave an object', 'It must return text or undefined, not a promise.'),
      (cause: unknown) => this.#warnOnce('rejected', cause),
    );
  }

  #warnOnce(failure: string, cause: unknown): void {
    if (this.#warned) return;
    this.#warned = true;
    const { option, otherwise } = this.#text;
    const text = `${option} ${failure}; these requests ${otherwise}. ${briefTextOf(cause)}`;
    process.emitWarning(text, { code: 'LEAKGUARD_SCOPE_OPTION' });
  }
}
