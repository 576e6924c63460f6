import type { AuditFinding } from '@leakguard/bullmq/audit';
import { type Command, Option } from 'commander';
import { type CliStreams, wantsColor } from '../cli-streams.ts';
import { auditText, type QueueAudit } from '../render/audit-text.ts';
import { errorText } from '../render/error-text.ts';
import type { ReadQueue } from './users-bullmq.ts';

/** Options of `leakguard audit`. */
interface AuditCommandOptions {
  redis?: string;
  prefix?: string;
  json?: boolean;
}

const EXIT_WARNING = 1;
const EXIT_ERROR = 2;

const EXIT_CODES = `
Exit codes: 0 for nothing but information; 1 for a warning; 2 for wrong usage, a missing bullmq, and a Redis that does not answer.`;

/**
 * Adds `audit`: what queues keep in Redis for no use.
 *
 * @param exitWith gets the exit code
 */
export function addAudit(command: Command, streams: CliStreams, exitWith: (code: number) => void): void {
  command
    .command('audit')
    .description('what BullMQ queues keep in Redis for no use, each with the line that mends it; reads only')
    .argument('<queue...>', 'names of queues')
    .addOption(
      new Option('--redis <url>', 'the Redis, redis://user:password@host:port/db or rediss://').env(
        'REDIS_URL',
      ),
    )
    .option('--prefix <prefix>', "BullMQ's prefix, 'bull' by default")
    .option('--json', 'the findings as JSON')
    .addHelpText(
      'after',
      `
Uses the bullmq of the current folder. At most some 300 commands a queue, each of constant cost; job data is never read.

Examples:
  leakguard audit emails --redis redis://localhost:6379
  REDIS_URL=rediss://... leakguard audit emails images
  leakguard audit emails --prefix '{app}' --json | jq '.queues[].findings[].fix'
${EXIT_CODES}`,
    )
    .action(async (queues: string[], options: AuditCommandOptions) => {
      try {
        exitWith(await audit(queues, options, streams));
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        streams.stderr.write(errorText(withoutPassword(message, options.redis), error));
        exitWith(EXIT_ERROR);
      }
    });
}

async function audit(
  queues: readonly string[],
  { redis, prefix, json }: AuditCommandOptions,
  streams: CliStreams,
): Promise<number> {
  const url = checkedUrl(redis);
  // Loaded here: no other command needs them.
  const { usersBullmq } = await import('./users-bullmq.ts');
  const open = usersBullmq(process.cwd());
  const audits: QueueAudit[] = [];
  for (const queue of new Set(queues)) {
    audits.push({
      queue,
      findings: await findingsOf(open(queue, { url, ...(prefix === undefined ? {} : { prefix }) })),
    });
  }
  streams.stdout.write(
    json === true
      ? `${JSON.stringify({ v: 1, queues: audits }, null, 2)}\n`
      : auditText(audits, { color: wantsColor(streams) }),
  );
  const isWarned = audits.some(({ findings }) => findings.some(({ severity }) => severity === 'warning'));
  return isWarned ? EXIT_WARNING : 0;
}

async function findingsOf(queue: ReadQueue): Promise<AuditFinding[]> {
  const { auditQueue } = await import('@leakguard/bullmq/audit');
  try {
    const findings = await auditQueue(queue);
    await queue.close();
    return findings;
  } catch (error) {
    // Closing would wait for a connection that may never be.
    void queue.disconnect().catch(() => undefined);
    throw error;
  }
}

/** Not by commander, which prints the whole value of an option that it refuses, password included. */
function checkedUrl(redis: string | undefined): string {
  if (redis === undefined) throw new Error('which Redis? Give --redis <url>, or set REDIS_URL');
  const protocol = URL.canParse(redis) ? new URL(redis).protocol : '';
  if (protocol === 'redis:' || protocol === 'rediss:') return redis;
  throw new Error(
    '--redis is no URL of a Redis; expected one such as redis://localhost:6379 or rediss://...',
  );
}

function withoutPassword(text: string, redis = ''): string {
  const password =
    (URL.canParse(redis) ? new URL(redis).password : '') || /:\/*[^:@/]*:(.+)@/.exec(redis)?.[1];
  if (!password) return text;
  return [redis, password, decoded(password)].reduce((kept, secret) => kept.replaceAll(secret, '***'), text);
}

function decoded(password: string): string {
  try {
    return decodeURIComponent(password);
  } catch {
    return password;
  }
}
