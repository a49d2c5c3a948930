export { toUsage, USAGE_DESCRIPTIONS, UsageType } from './usage.ts'
