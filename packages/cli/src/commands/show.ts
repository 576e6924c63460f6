import { formatReport, type GrowthReport } from '@leakguard/core';
import { notAReport, parseReport, readReport } from '../read/read-report.ts';
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
  const report = parseReport(await readReport(file, stdin), file);
  return escapeControlsInLines(leakText(report, file));
}

/** Only as much was checked as tells a report from other files; the rest may be of any shape. */
function leakText(report: GrowthReport, file: string): string {
  try {
    return formatReport(report);
  } catch (cause) {
    throw notAReport(file, 'incomplete', cause);
  }
}
