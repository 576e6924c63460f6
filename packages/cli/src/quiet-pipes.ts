/** Where `leakguard report x | head` closes the pipe early, nobody wants the rest: ends the process with code 0 instead of a stack trace. */
export function endQuietlyOnClosedPipe(
  streams: readonly NodeJS.WriteStream[],
  exit: (code: number) => void = process.exit,
): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      exit(0);
    });
  }
}
