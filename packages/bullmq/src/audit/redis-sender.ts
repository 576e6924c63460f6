/** Sends one command and gives its raw reply. */
export type Send = (command: string, ...args: string[]) => Promise<unknown>;

interface Sending {
  /** ioredis, and BullMQ's proxy around it. */
  call?: Send;
  /** BullMQ's adapters around node-redis (`sendCommand`), Bun (`send`) and valkey-glide (`customCommand`). */
  raw?: {
    sendCommand?(words: string[]): Promise<unknown>;
    send?(command: string, args: string[]): Promise<unknown>;
    customCommand?(words: string[]): Promise<unknown>;
  };
}

/**
 * How the client that BullMQ hands out sends a command of any name; undefined for one that is not known. BullMQ's own
 * interface has only the commands that BullMQ uses, without MEMORY, CONFIG and HSTRLEN.
 */
export function senderOf(client: unknown): Send | undefined {
  const { call, raw } = (client ?? {}) as Sending;
  if (typeof call === 'function') return (command, ...args) => call.call(client, command, ...args);
  if (typeof raw?.sendCommand === 'function')
    return (command, ...args) => raw.sendCommand!([command, ...args]);
  if (typeof raw?.send === 'function') return (command, ...args) => raw.send!(command, args);
  if (typeof raw?.customCommand === 'function')
    return (command, ...args) => raw.customCommand!([command, ...args]);
  return undefined;
}
