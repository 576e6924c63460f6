const SOURCE_SIZE = 256;
const CHANNELS = 4;

/** Honest: a quarter of a megabyte of pixels per picture, outside of the heap, dropped when it is done. */
export function resizeAvatar({ customer, size }: { customer: number; size: number }): { bytes: number } {
  const source = Buffer.alloc(SOURCE_SIZE * SOURCE_SIZE * CHANNELS, customer % 256);
  const small = Buffer.alloc(size * size * CHANNELS);
  const step = SOURCE_SIZE / size;
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      source.copy(small, (y * size + x) * CHANNELS, (y * SOURCE_SIZE + x) * step * CHANNELS);
  return { bytes: small.length };
}
