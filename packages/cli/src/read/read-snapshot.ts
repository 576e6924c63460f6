import type { AllocationSnapshot } from '@leakguard/core/snapshot';

/**
 * A snapshot of a running process, through its control socket.
 *
 * @param name pid, or pid-threadId
 * @throws LeakguardError `ERR_LEAKGUARD_NOT_LISTENING` and what else the process answers
 */
export async function askSnapshot(name: string): Promise<AllocationSnapshot> {
  const [{ askControl, parseTarget }, { AllocationSnapshot: Snapshot }] = await Promise.all([
    import('@leakguard/core/control'),
    import('@leakguard/core/snapshot'),
  ]);
  return Snapshot.from(await askControl(parseTarget(name)!, 'snapshot'), `the answer of ${name}`);
}

/**
 * What a snapshot that was just taken can be compared with: the latest one before it that its process still has with stacks. Null where
 * there is none, or where the process has other ideas of snapshots.
 */
export async function askEarlier(
  name: string,
  { data }: AllocationSnapshot,
): Promise<AllocationSnapshot | null> {
  const [{ askControl, parseTarget }, { AllocationSnapshot: Snapshot }] = await Promise.all([
    import('@leakguard/core/control'),
    import('@leakguard/core/snapshot'),
  ]);
  try {
    const kept = (await askControl(parseTarget(name)!, 'kept')) as unknown[];
    return (
      kept
        .map((json) => Snapshot.from(json))
        .findLast(
          (earlier) =>
            earlier.unavailable === null &&
            earlier.data.process === data.process &&
            earlier.data.uptimeMs < data.uptimeMs,
        ) ?? null
    );
  } catch {
    return null;
  }
}
