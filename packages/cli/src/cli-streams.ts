/** What is known of an output stream; the terminal's properties are absent in pipes and files. */
export interface CliOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Width of the terminal in cells. */
  readonly columns?: number;
}

/** Where the command line reads and writes; the process's own streams by default. */
export interface CliStreams {
  stdin: AsyncIterable<Uint8Array | string>;
  stdout: CliOutput;
  stderr: CliOutput;
  /** For NO_COLOR. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Colour only where a person looks at a terminal and has not said NO_COLOR (no-color.org: set and not empty). */
export function wantsColor({ stdout, env = {} }: CliStreams): boolean {
  return stdout.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}
