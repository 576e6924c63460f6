/**
 * What the audit needs of a BullMQ `Queue` or `Worker`, of any major version: told by its shape, so that no version's types
 * are forced on anybody.
 */
export interface AuditTarget {
  readonly name: string;
  readonly opts: object;
  /** The Redis key of a part of the queue; it carries prefix and hash tag. */
  toKey(type: string): string;
}

/** How finished jobs are kept, as job options and worker options say it. */
export type Keep = boolean | number | { count?: number; age?: number } | undefined;

/** The options that decide what stays in Redis. */
export interface KeepOptions {
  removeOnComplete?: Keep;
  removeOnFail?: Keep;
  keepLogs?: number;
  sizeLimit?: number;
}

interface BullTarget extends AuditTarget {
  readonly opts: KeepOptions & { defaultJobOptions?: KeepOptions; prefix?: string };
  /** BullMQ 5. */
  readonly client?: Promise<unknown>;
  /** BullMQ 6; other data stores than Redis have no `client`. */
  readonly backend?: { readonly client?: Promise<unknown> };
  run?: unknown;
  on?(event: 'error', listener: (error: unknown) => void): unknown;
  off?(event: 'error', listener: (error: unknown) => void): unknown;
}

/** The client under a queue or worker, once it is connected; undefined where it is none of Redis. */
export function clientOf(target: AuditTarget): Promise<unknown> | undefined {
  const { backend, client } = target as BullTarget;
  return backend === undefined ? client : backend.client;
}

/** What a worker says for jobs that say nothing themselves; null for anything else, from which no worker can be seen. */
export function workerOptions(target: AuditTarget): KeepOptions | null {
  const { run, opts } = target as BullTarget;
  return typeof run === 'function' ? opts : null;
}

/** `defaultJobOptions` of a queue in this process; none for a worker. */
export function defaultJobOptions(target: AuditTarget): KeepOptions {
  return (target as BullTarget).opts.defaultJobOptions ?? {};
}

/** Hears connection errors, which would be uncaught without a listener. @returns the function that ends it */
export function onTargetError(target: AuditTarget, listener: (error: unknown) => void): () => void {
  const { on, off } = target as BullTarget;
  on?.call(target, 'error', listener);
  return () => void off?.call(target, 'error', listener);
}

/** Whether a value can be audited. */
export function isAuditTarget(value: unknown): value is AuditTarget {
  const target = value as Partial<AuditTarget> | null | undefined;
  return (
    typeof target === 'object' &&
    target !== null &&
    typeof target.toKey === 'function' &&
    typeof target.opts === 'object'
  );
}
