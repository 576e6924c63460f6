import type { ScopeKind, Verdict } from '@leakguard/core';
import type { Damage } from '../read/parse-log-line.ts';

/** What `leakguard report --json` prints. Times are ISO 8601, sizes bytes; a later version 1 may add fields, never change or drop one. */
export interface LogReport {
  v: 1;
  /** Start of the window, null for the whole log. */
  since: string | null;
  /** Times of the first and the last line inside the window. */
  from: string | null;
  to: string | null;
  /** Process runs with a line inside the window; a restart is another one. */
  processes: number;
  /** Worst first. */
  scopes: LogScope[];
  /** Scopes that `--top` left out. */
  scopesLeftOut: number;
  /** What lines said of further scopes once 10,000 names were known; 0 in any log of one app. */
  statesDropped: number;
  unattributed: LogUnattributed[];
  spikes: { count: number; suppressed: number; largest: { scope: string; bytes: number } | null };
  /** The first 20 different messages. */
  notices: { message: string; count: number; last: string }[];
  noticesLeftOut: number;
  /** Snapshots of live allocations that were taken. */
  snapshots: number;
  /** Workers of jobs that were recycled, by queue, most first; of the first 100 queues, all others together. */
  recycles: { queue: string; count: number; reasons: Record<string, number> }[];
  /** Findings of queues' audits, each as the latest line tells it; the first 20 different ones. */
  audits: {
    queue: string;
    finding: string;
    severity: 'warning' | 'info';
    text: string;
    bytes: number | null;
    last: string;
  }[];
  auditsLeftOut: number;
  /** Buckets of every `trend`: the first one's start, and the width, milliseconds. */
  buckets: { start: string; widthMs: number } | null;
  lines: LogLineCounts;
  /** The first 20 damaged lines; `line` counts from 1, null for the end of a damaged gzip file. */
  damaged: { file: string; line: number | null; damage: Damage | 'damaged gzip' }[];
}

/** What scopes and unattributed growth have in common, over all processes. */
export interface LogGrowth {
  /** Gravest latest verdict of any process. */
  verdict: Verdict;
  /** How many processes say what at last. */
  verdicts: Partial<Record<Verdict, number>>;
  /** Processes that name it. */
  processes: number;
  /** Combined by precision; the interval is widened by the Birge ratio where processes disagree. */
  bytesPerUnit: number | null;
  ci95: [number, number] | null;
  /** Growth explained, summed over processes; with `--since`, its rise inside the window. */
  totalBytes: number | null;
  /** Bytes it held at the end of each bucket, processes that ended no longer counted; null without any estimate. */
  trend: number[] | null;
}

export interface LogScope extends LogGrowth {
  scope: string;
  kind: ScopeKind;
  units: number;
}

export interface LogUnattributed extends LogGrowth {
  source: string;
  bytesPerHour: number | null;
}

/** Lines by what they were; the window of `--since` does not apply here. */
export interface LogLineCounts {
  read: number;
  /** Ours, by event; events that this version does not know are in `unknown`. */
  events: Record<string, number>;
  unknown: Record<string, number>;
  newer: number;
  other: number;
  damaged: number;
}
