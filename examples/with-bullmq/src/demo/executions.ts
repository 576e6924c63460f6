/** What an execution log says of the jobs that were added. */
export interface Executions {
  /** Jobs that never began. */
  lost: string[];
  /** Jobs that began more than once. */
  doubled: string[];
}

/** @param log one id a line, in the order in which jobs began */
export function checkExecutions(added: readonly string[], log: string): Executions {
  const times = new Map<string, number>();
  for (const id of log.split('\n').slice(0, -1)) times.set(id, (times.get(id) ?? 0) + 1);
  return {
    lost: added.filter((id) => !times.has(id)),
    doubled: [...times].filter(([, count]) => count > 1).map(([id]) => id),
  };
}
