export { ExecutionDriver } from './driver.ts'
export { effectInterrupted } from './node-errors.ts'
export type { DriverParts, TakenExecution } from './driver-parts.ts'
export type { ProgressReport } from './reports/index.ts'
