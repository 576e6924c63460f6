/** Text of any value for a message; never throws, where `String(value)` does for `Object.create(null)`. */
export function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return typeof value;
  }
}
