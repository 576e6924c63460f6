/** Runs the event loop until `done`, at most `turns` times: observers deliver in a later turn, when is not promised. */
export async function turnUntil(done: () => boolean, turns = 5000): Promise<boolean> {
  for (let turn = 0; turn < turns && !done(); turn += 1)
    await new Promise((resolve) => setImmediate(resolve));
  return done();
}

/** Fills and drops objects until `done`, so that V8 collects by itself. */
export async function allocateUntil(done: () => boolean, turns = 3000): Promise<boolean> {
  const ring: unknown[] = [];
  return turnUntil(() => {
    for (let i = 0; i < 5000; i += 1)
      ring[Math.floor(Math.random() * 200_000)] = { i, text: `x${i}`, list: [i, i] };
    return done();
  }, turns);
}
