import type { Usage } from '@ashlar/sdk'
import { showValue } from '../../base/index.ts'

/** What one request to a paid service has consumed. */
export type UsageReport = Required<Usage>

const MAX_PROVIDER_CHARS = 100
const MAX_MODEL_CHARS = 200
const MAX_TOKENS = 1_000_000_000
const MAX_COST_USD = 1_000_000
/** Postgres cannot represent all control characters and half characters. */
const NAME = /^[^\p{Cc}\p{Cs}]+$/u
const TOKENS = ['inputTokens', 'outputTokens', 'cachedTokens'] as const

/** Checks what a block reports, and fills in defaults. @returns what is wrong, as a sentence, if it is invalid */
export function parseUsage(reported: unknown): UsageReport | string {
  if (typeof reported !== 'object' || reported === null) return `usage takes an object, got ${showValue(reported)}`
  const given = reported as Partial<Record<string, unknown>>
  const { provider, model, costUsd = null } = given
  if (!isName(provider, MAX_PROVIDER_CHARS))
    return `usage: "provider" must be a text of 1 to ${MAX_PROVIDER_CHARS} characters without control characters, got ${showValue(provider)}`
  if (!isName(model, MAX_MODEL_CHARS))
    return `usage: "model" must be a text of 1 to ${MAX_MODEL_CHARS} characters without control characters, got ${showValue(model)}`
  const tokens = { inputTokens: 0, outputTokens: 0, cachedTokens: 0 }
  for (const name of TOKENS) {
    const count = given[name] ?? 0
    if (!isCount(count)) return `usage: "${name}" must be an integer from 0 to ${MAX_TOKENS}, got ${showValue(count)}`
    tokens[name] = count
  }
  if (costUsd !== null && !isCost(costUsd))
    return `usage: "costUsd" must be null or a number from 0 to ${MAX_COST_USD}, got ${showValue(costUsd)}`
  return { provider, model, ...tokens, costUsd }
}

function isName(value: unknown, maxChars: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= maxChars && NAME.test(value)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= MAX_TOKENS
}

function isCost(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= MAX_COST_USD
}
