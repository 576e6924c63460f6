import { settle } from './contain.ts';

/**
 * The option `ignore` as the ledger calls it: inside of the host's requests, where it must not throw. A scope counts as
 * not ignored when the option throws for it, or answers with a promise, which comes too late.
 *
 * @param onError gets the first failure only: a broken option fails for every new scope
 */
export function containedIgnore(
  ignore: (scope: string) => boolean,
  onError: (error: unknown) => void,
): (scope: string) => boolean {
  let told = false;
  const failed = (error: unknown): void => {
    if (told) return;
    told = true;
    onError(error);
  };
  return (scope) => {
    try {
      const answer: unknown = ignore(scope);
      if (!(answer instanceof Promise)) return Boolean(answer);
      failed(new TypeError('leakguard: option ignore must answer true or false, and not with a promise'));
      settle(answer, failed);
    } catch (error) {
      failed(error);
    }
    return false;
  };
}
