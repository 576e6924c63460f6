import { describe, expect, it } from 'vitest';
import { type AuditTarget, auditQueue } from '../../src/audit/index.ts';

/** Clients of today keep URLs to themselves; BullMQ takes any client, and later ones may not. */
const targetOn = (
  client: Promise<unknown>,
  on = (_event: string, _listener: (error: Error) => void): void => undefined,
): AuditTarget =>
  ({ name: 'mail', opts: {}, toKey: (type: string) => `bull:mail:${type}`, client, on }) as AuditTarget;

const URLS = [
  'redis://nobody:hunter2@127.0.0.1:6379/0',
  'rediss://:hunter2@redis.example:6379',
  'redis://nobody:hun@ter2@127.0.0.1',
  'redis://nobody:/hun/ter2@127.0.0.1',
];

describe.each(URLS)('auditQueue does not repeat the password of %s', (url) => {
  const failed = new Error(`cannot reach ${url}`);
  const said = async (target: AuditTarget): Promise<string> => {
    const error: unknown = await auditQueue(target, { timeoutMs: 20 }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ERR_LEAKGUARD_REDIS' });
    return (error as Error).message;
  };
  const expectSecret = (message: string): void => {
    expect(message).toMatch(/\(cannot reach rediss?:\/\/\*\*\*@(127\.0\.0\.1|redis\.example)/);
    expect(message).not.toMatch(/hunter2|hun|ter2|nobody/);
  };

  it('where a client cannot connect', async () => {
    expectSecret(await said(targetOn(Promise.reject(failed))));
  });

  it('where a command gets no answer', async () => {
    expectSecret(await said(targetOn(Promise.resolve({ call: () => Promise.reject(failed) }))));
  });

  it('where a connection error is all that there was in time', async () => {
    const never = new Promise(() => undefined);
    expectSecret(await said(targetOn(never, (_, listener) => listener(failed))));
  });
});
