import { formatReport } from '@leakguard/core';
import { parseReport, readReport } from './read-report.ts';

/**
 * The leak text of a saved report, exactly as the process that wrote it would have printed it.
 *
 * @param file path, or '-' for `stdin`
 * @throws ReportFileError
 * @example
 * console.log(await showReport('report.json', process.stdin));
 */
export async function showReport(file: string, stdin: AsyncIterable<Uint8Array | string>): Promise<string> {
  return formatReport(parseReport(await readReport(file, stdin), file));
}
