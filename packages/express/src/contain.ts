/** Text of any value for a message; never throws, where `String(value)` does for `Object.create(null)`. */
export function textOf(value: unknown): string {
  try {
    return cut(String(value));
  } catch {
    return typeof value;
  }
}

/** What a question to a value of the app's gives, `otherwise` where it throws, as every one to a revoked proxy does. */
export function contained<T>(ask: () => T, otherwise: T): T {
  try {
    return ask();
  } catch {
    return otherwise;
  }
}

/** Values may be of any size, and messages may not. */
const MAX_TEXT = 200;

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
