import { formatReport } from '@leakguard/core';
import { parseReport, readReport } from '../read/read-report.ts';
import { escapeControlsInLines } from '../render/escape-controls.ts';

/**
 * The leak text of a saved report, as the process that wrote it would have printed it; control characters in names are escaped, since the
 * file may come from anywhere.
 *
 * @param file path, or '-' for `stdin`
 * @throws ReportFileError
 * @example
 * console.log(await showReport('report.json', process.stdin));
 */
export async function showReport(file: string, stdin: AsyncIterable<Uint8Array | string>): Promise<string> {
  return escapeControlsInLines(formatReport(parseReport(await readReport(file, stdin), file)));
}
