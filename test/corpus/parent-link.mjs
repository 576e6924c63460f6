/** The child's side of server-process.mjs: what it tells its parent, and how it answers. */

/** @param {object} message nothing happens where the parent has gone */
export function tell(message) {
  if (process.connected) process.send?.(message);
}

/** @param {'uncaughtException' | 'unhandledRejection' | 'error'} kind @param {unknown} error */
export function tellFailure(kind, error) {
  tell({ type: 'failure', message: `${kind}: ${messageOf(error)}` });
}

/** A guard that breaks its host must fail the run: says so, and lets the run go on to its report. */
export function tellFailures() {
  process.on('uncaughtException', (error) => tellFailure('uncaughtException', error));
  process.on('unhandledRejection', (reason) => tellFailure('unhandledRejection', reason));
  process.on('disconnect', () => process.exit(0));
}

/**
 * Answers what the parent asks, each question by its name.
 *
 * @param {Record<string, () => unknown>} answers may give promises; what one throws is told as the answer's error
 */
export function answerQuestions(answers) {
  /** @param {{ id: number, ask: string }} question */
  const answer = async ({ id, ask }) => {
    try {
      tell({ type: 'answer', id, value: (await answers[ask]?.()) ?? null });
    } catch (error) {
      tell({ type: 'answer', id, error: messageOf(error) });
    }
  };
  process.on('message', (question) => void answer(/** @type {any} */ (question)));
}

/** @param {unknown} error */
export function messageOf(error) {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
