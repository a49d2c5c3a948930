export { addUsage, totalUsage, usageKey } from './usage.ts'
export type { ModelUsage } from './usage.ts'
