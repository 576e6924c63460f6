/** Where the lines of a text start, as V8 counts lines: also after a lone `\r` and the Unicode separators. */
export function lineStarts(text: string): Int32Array {
  const starts = [0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const isEnd = code === 10 || code === 0x2028 || code === 0x2029;
    if (isEnd || (code === 13 && text.charCodeAt(at + 1) !== 10)) starts.push(at + 1);
  }
  return Int32Array.from(starts);
}

/** Index of the last of ascending numbers that is not above `value`, -1 if all are. */
export function lastNotAbove(ascending: Int32Array, value: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
