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
