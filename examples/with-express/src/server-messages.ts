import type { GrowthReport } from '@leakguard/core';

/** What the demo may ask the server process over IPC. */
export type Question = 'report' | 'analyze';

/** From the demo to the server process. */
export interface Ask {
  id: number;
  ask: Question;
}

/** From the server process to the demo. */
export type ServerMessage =
  | { type: 'listening'; port: number }
  | { type: 'answer'; id: number; report: GrowthReport }
  | { type: 'failed'; id: number; message: string };
