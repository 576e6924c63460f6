/** Its event loop is blocked for ever soon after it was loaded. */
setTimeout(() => {
  for (;;);
}, 50);

export default async function never() {}
