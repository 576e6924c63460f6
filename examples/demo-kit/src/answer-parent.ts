import type { Answers, Ask, ProgramMessage } from './messages.ts';

/**
 * Answers the demo that started this program, and ends with it. Without an IPC channel, as when a person starts the
 * program, it does nothing.
 *
 * @param ready told at once: the port that it listens on, or whatever else the demo waits for
 */
export function answerParent(answers: Answers, ready: unknown = null): void {
  if (process.send === undefined) return;
  // Ctrl-C reaches the whole process group: the demo decides when this process ends, and its death is one reason.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(0));
  process.on('message', (message: Ask) => void answerOne(answers, message));
  tell({ type: 'ready', ready });
}

async function answerOne(answers: Answers, { id, ask }: Ask): Promise<void> {
  try {
    tell({ type: 'answer', id, answer: await answers[ask]?.() });
  } catch (error) {
    tell({ type: 'failed', id, message: String(error) });
  }
}

function tell(message: ProgramMessage): void {
  if (process.connected) process.send?.(message);
}
