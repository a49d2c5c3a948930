import { z } from 'zod'

export const quirksPin = z.boolean().default(false).meta({
  description: 'In imported graphs: values that are not text are searched as the JSON text that Python writes.',
  hidden: true,
})

/**
 * Returns the text in which a pattern is searched.
 *
 * @param hasQuirks whether JSON text has a space after each comma and colon, on which patterns of AutoGPT rely
 */
export function toSearched(value: unknown, hasQuirks: boolean): string {
  if (typeof value === 'string') return value
  return hasQuirks ? spacedJson(value) : JSON.stringify(value)
}

function spacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spacedJson).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${spacedJson(member)}`)
  return `{${members.join(', ')}}`
}
