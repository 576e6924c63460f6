/** What a program answers to, by the name of the question. */
// biome-ignore lint/suspicious/noExplicitAny: any answer that JSON can carry
export type Answers = Record<string, () => any>;

/** From the demo to the program. */
export interface Ask {
  id: number;
  ask: string;
}

/** From the program to the demo. */
export type ProgramMessage =
  | { type: 'ready'; ready: unknown }
  | { type: 'answer'; id: number; answer: unknown }
  | { type: 'failed'; id: number; message: string };
