export { createCostLedger } from './cost-ledger.ts'
export { SettledCostLimits } from './cost-limits.ts'
export type { CostRate } from './cost-bucket.ts'
export type { CostLimits } from './cost-limits.ts'
