import { readFile } from 'node:fs/promises';
import type { GrowthReport } from '@leakguard/core';

/** Why a report could not be read. */
export type ReportFileErrorCode =
  | 'ERR_LEAKGUARD_REPORT_FILE'
  | 'ERR_LEAKGUARD_REPORT_JSON'
  | 'ERR_LEAKGUARD_REPORT_VERSION';

/** A report that cannot be read: `code` says why, `message` what was expected. */
export class ReportFileError extends Error {
  readonly code: ReportFileErrorCode;

  constructor(code: ReportFileErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ReportFileError';
    this.code = code;
  }
}

/**
 * The text of a file, or of stdin for '-'.
 *
 * @throws ReportFileError `ERR_LEAKGUARD_REPORT_FILE`
 */
export async function readReport(file: string, stdin: AsyncIterable<Uint8Array | string>): Promise<string> {
  if (file === '-') return readAll(stdin);
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const why = missing ? `missing file: ${file}` : `cannot read ${file}: ${(cause as Error).message}`;
    throw new ReportFileError('ERR_LEAKGUARD_REPORT_FILE', why, { cause });
  }
}

/**
 * A v1 growth report from its JSON. Checks as much of its shape as the leak text is made from.
 *
 * @param name of the input, for messages
 * @throws ReportFileError `ERR_LEAKGUARD_REPORT_JSON` or `ERR_LEAKGUARD_REPORT_VERSION`
 */
export function parseReport(text: string, name: string): GrowthReport {
  const value = parseJson(text, name === '-' ? 'stdin' : name);
  if (isReport(value)) return value;
  throw notAReport(name, whatIsWrong(value));
}

/** The error for JSON that is no report, or not a whole one. */
export function notAReport(name: string, why: string, cause?: unknown): ReportFileError {
  return new ReportFileError(
    'ERR_LEAKGUARD_REPORT_VERSION',
    `not a v1 report: ${name === '-' ? 'stdin' : name} (${why}); expected the JSON of guard.report()`,
    { cause },
  );
}

function parseJson(text: string, shown: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ReportFileError('ERR_LEAKGUARD_REPORT_JSON', `not JSON: ${shown}`, { cause });
  }
}

function whatIsWrong(value: unknown): string {
  if (!isRecord(value) || value.v === undefined) return 'no v';
  if (value.v === 1) return 'incomplete';
  return typeof value.v === 'number' ? `v is ${value.v}` : 'v is no number';
}

function isReport(value: unknown): value is GrowthReport {
  if (!isRecord(value) || value.v !== 1) return false;
  const { time, level, scopes, evidence, unattributed } = value;
  return (
    typeof time === 'string' &&
    typeof level === 'string' &&
    Array.isArray(scopes) &&
    scopes.every(isScopeReport) &&
    isRecord(evidence) &&
    Array.isArray(evidence.unavailable) &&
    (unattributed === null || isRecord(unattributed))
  );
}

function isScopeReport(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value.scope === 'string' &&
    typeof value.verdict === 'string' &&
    Array.isArray(value.evidence) &&
    Array.isArray(value.candidates)
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function readAll(stdin: AsyncIterable<Uint8Array | string>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
