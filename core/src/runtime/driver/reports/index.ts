export { RunReports } from './run-reports.ts'
export type { ProgressReport } from './progress-reports.ts'
