import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Turns that Node itself may need to let go of a request; far more than it was seen to take. */
const MAX_TURNS = 50;

/** True once all were collected; a WeakRef holds its target until the turn ends, so every look has a turn of its own. */
export async function collected(refs: readonly WeakRef<object>[]): Promise<boolean> {
  const gc = exposedGc();
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    await new Promise(setImmediate);
    gc();
    await new Promise(setImmediate);
    if (refs.every((ref) => ref.deref() === undefined)) return true;
  }
  return false;
}

function exposedGc(): () => void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  return gc;
}
