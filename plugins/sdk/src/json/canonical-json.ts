import { toJsonNumber } from './exact-number.ts'
import { hasToJson, listKeys } from './is-equal.ts'

/**
 * Returns a text that is the same for two JSON values if and only if `isEqual` returns true for them. Use it as a key
 * for maps, sets and groups.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'bigint') return String(toJsonNumber(value))
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? String(value)
  if (hasToJson(value)) return canonicalJson(value.toJSON())
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`
  const object = value as Record<string, unknown>
  const members = listKeys(object)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key])}`)
  return `{${members.join()}}`
}
