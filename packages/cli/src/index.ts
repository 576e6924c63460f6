export { runCli } from './cli.ts';
export type { CliOutput, CliStreams } from './cli-streams.ts';
export type { DifferenceReport } from './commands/diff.ts';
export type { ReportLogsOptions } from './commands/report-logs.ts';
export { reportLogs } from './commands/report-logs.ts';
export { showReport } from './commands/show.ts';
export type {
  LogGrowth,
  LogLineCounts,
  LogReport,
  LogScope,
  LogUnattributed,
} from './merge/log-report.ts';
export type { LogFileErrorCode } from './read/log-file-error.ts';
export { LogFileError } from './read/log-file-error.ts';
export type { Damage } from './read/parse-log-line.ts';
export type { ReportFileErrorCode } from './read/read-report.ts';
export { parseReport, ReportFileError, readReport } from './read/read-report.ts';
