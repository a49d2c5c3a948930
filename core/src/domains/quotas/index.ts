export { DEFAULT_QUOTAS, QUOTA_NAMES, quotasSchema, quotaExceeded, withOverrides } from './quota-limits.ts'
export { createQuotas } from './quotas.ts'
export type { QuotaLimits, QuotaName, QuotaOverrides } from './quota-limits.ts'
export type { Quota, Quotas, RunStatement } from './quotas.ts'
