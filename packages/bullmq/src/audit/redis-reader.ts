import { LeakguardError } from '@leakguard/core';
import type { Send } from './redis-sender.ts';

/** What a refused command would have told of. */
export type Topic = 'counts' | 'jobs' | 'sizes' | 'events' | 'schedulers' | 'eviction-policy';

/** A command that Redis refused. */
export interface Refusal {
  command: string;
  /** 'NOPERM', 'unknown command'. */
  reason: string;
  /** The user may run the command, but not on the queue's keys. */
  isAboutKeys: boolean;
}

/** Answers that are about the command and not about the server: managed services rename commands, ACLs forbid them. */
const REFUSAL = /^(NOPERM|ERR|WRONGTYPE)\b/;

/**
 * Asks Redis, one command at a time or many at once. What is refused is undefined and is remembered by topic, so that a
 * restricted user still gets everything else.
 */
export class RedisReader {
  readonly refusals: Map<Topic, Refusal> = new Map();
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /** @throws LeakguardError `ERR_LEAKGUARD_REDIS` where there is no answer, or one for which no command is to blame */
  async ask(topic: Topic, command: string, ...args: string[]): Promise<unknown> {
    try {
      return await this.#send(command, ...args);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!REFUSAL.test(message))
        throw redisError(`Redis gave no answer (${withoutSecrets(message)})`, error);
      this.refusals.set(topic, refusalOf(command, args, message));
      return undefined;
    }
  }

  /** Remembers that an answer does not tell what it should. */
  refuse(topic: Topic, command: string, reason: string): void {
    this.refusals.set(topic, { command, reason, isAboutKeys: false });
  }

  /** An amount; null where it was refused or there is none. */
  async number(topic: Topic, command: string, ...args: string[]): Promise<number | null> {
    const reply = await this.ask(topic, command, ...args);
    const value = reply === null || reply === undefined ? Number.NaN : Number(reply);
    return Number.isFinite(value) ? value : null;
  }

  /** A list of texts, empty where it was refused; `[member, score]` pairs of RESP3 are flat, as in RESP2. */
  async list(topic: Topic, command: string, ...args: string[]): Promise<(string | null)[]> {
    const reply = await this.ask(topic, command, ...args);
    if (!Array.isArray(reply)) return [];
    return reply.flat().map((item) => (item === null || item === undefined ? null : String(item)));
  }
}

/** An error of the audit as a whole. */
export function redisError(message: string, cause?: unknown): LeakguardError {
  return new LeakguardError('ERR_LEAKGUARD_REDIS', `auditQueue: ${message}`, { cause });
}

/** Credentials of URLs, should a client put one into its message; passwords that are not encoded may hold `@` and `/`. */
export function withoutSecrets(text: string): string {
  return text.replace(/\/\/\S*@/g, '//***@');
}

function refusalOf(command: string, args: readonly string[], message: string): Refusal {
  const code = message.split(' ', 1)[0]!;
  return {
    command: ['CONFIG', 'MEMORY'].includes(command) ? `${command} ${args[0]}` : command,
    reason: /unknown (sub)?command/i.test(message) ? 'unknown command' : code,
    isAboutKeys: code === 'NOPERM' && /\bkeys?\b/.test(message) && !/command/.test(message),
  };
}
