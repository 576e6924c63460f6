export type { CliStreams } from './cli.ts';
export { runCli } from './cli.ts';
export type { ReportFileErrorCode } from './read-report.ts';
export { parseReport, ReportFileError, readReport } from './read-report.ts';
export { showReport } from './show.ts';
