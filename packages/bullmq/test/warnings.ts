import { setImmediate as turn } from 'node:timers/promises';

type CodedWarning = Error & { code?: string };

/** Collects process warnings of one code, or of one name, until they are asked for. */
export function warningsOf(codeOrName: string): { all(): Promise<string[]> } {
  const texts: string[] = [];
  const listen = ({ code, name, message }: CodedWarning): void => {
    if (code === codeOrName || name === codeOrName) texts.push(message);
  };
  process.on('warning', listen);
  return {
    async all() {
      // They are emitted in a later turn.
      await turn();
      process.off('warning', listen);
      return texts;
    },
  };
}
