import bytes from 'bytes';

/** Of trimmed text: two runs of spaces beside each other would take time quadratic in their length to refuse. */
const SIZE = /^\d+(\.\d+)?\s*(b|kb|mb|gb|tb)?$/i;

/**
 * Bytes from a number or from text such as '128B' or '1.5MB' (1 KB is 1,024 bytes); null for anything else, also for text
 * that only begins with a size.
 */
export function byteSize(value: unknown): number | null {
  const text = typeof value === 'string' ? value.trim() : '';
  const size = SIZE.test(text) ? bytes.parse(text) : value;
  return typeof size === 'number' && size >= 0 && Number.isFinite(size) ? size : null;
}
