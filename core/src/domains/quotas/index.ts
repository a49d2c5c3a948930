export { DEFAULT_QUOTAS, QUOTA_NAMES, quotasSchema, withOverrides } from './quota-limits.ts'
export { createQuotas } from './quotas.ts'
export type { QuotaName, QuotaOverrides } from './quota-limits.ts'
export type { Quota, Quotas } from './quotas.ts'
