import { z } from 'zod'
import { AshlarError, describeIssue, showValue, valueAt } from '../../base/index.ts'

/** What an account may have. Each name is also a name in `ASHLAR_QUOTAS`. */
const QUOTAS = {
  concurrentExecutions: {
    noun: 'unfinished executions',
    advice: 'Wait until executions have finished, or cancel some.',
  },
  executionsPerHour: { noun: 'executions started within an hour', advice: 'Try again later.' },
  sandboxMemoryMb: { noun: 'MB of sandbox memory', advice: 'Process less data at a time.' },
  storedBytes: { noun: 'bytes of stored values', advice: 'Delete values that are not needed.' },
  graphs: { noun: 'graphs', advice: 'Delete graphs that are not needed.' },
  publishedVersions: { noun: 'published plugin versions', advice: 'Ask the operator for a higher limit.' },
} as const satisfies Record<string, { noun: string; advice: string }>

export type QuotaName = keyof typeof QUOTAS
export const QUOTA_NAMES = Object.keys(QUOTAS) as QuotaName[]

/** The limits of an account. Null for no limit. */
export type QuotaLimits = Readonly<Record<QuotaName, number | null>>

/** Limits that high are reached by mistakes and abuse only. */
export const DEFAULT_QUOTAS: QuotaLimits = {
  concurrentExecutions: 10_000,
  executionsPerHour: 100_000,
  sandboxMemoryMb: null,
  storedBytes: 10 * 1024 ** 3,
  graphs: 10_000,
  publishedVersions: 1000,
}

/** A process with less memory cannot run any block. */
const MIN_SANDBOX_MEMORY_MB = 128

const limit = (least: number) => z.int().min(least).max(1_000_000_000_000_000).nullable().optional()

/** Some limits of accounts. A name that is missing has the default; null is no limit. */
export const quotasSchema = z.strictObject({
  concurrentExecutions: limit(0),
  executionsPerHour: limit(0),
  sandboxMemoryMb: limit(MIN_SANDBOX_MEMORY_MB),
  storedBytes: limit(0),
  graphs: limit(0),
  publishedVersions: limit(0),
} satisfies Record<QuotaName, z.ZodType>)

export type QuotaOverrides = z.infer<typeof quotasSchema>

/** @throws {AshlarError} BAD_INPUT */
export function parseQuotas(given: unknown): QuotaOverrides {
  const parsed = quotasSchema.safeParse(given)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const path = issue?.path.map(String) ?? []
  const what = issue ? describeIssue(issue, valueAt(given, path)) : `got ${showValue(given)}`
  throw new AshlarError('BAD_INPUT', `${['quotas', ...path].join('.')}: ${what}`, { details: { path: ['quotas', ...path] } })
}

export function withOverrides(limits: QuotaLimits, overrides: QuotaOverrides): QuotaLimits {
  const entries = QUOTA_NAMES.map((name) => [name, overrides[name] === undefined ? limits[name] : overrides[name]] as const)
  return Object.fromEntries(entries) as Record<QuotaName, number | null>
}

/** @param used undefined if it was not counted, because it is at least the limit */
export function quotaExceeded(name: QuotaName, allowed: number, used: number = allowed): AshlarError {
  const { noun, advice } = QUOTAS[name]
  const message = `the account may have ${allowed} ${noun}, and has ${used}. ${advice}`
  return new AshlarError('QUOTA_EXCEEDED', message, { details: { quota: name, limit: allowed, used } })
}
