import { z } from 'zod'

/**
 * Text whose length is counted in Unicode code points, as JSON Schema does. `min` and `max` of zod count UTF-16 code
 * units, so a text with emoji could be valid in the published schema and too long here.
 */
export function characters({ min = 0, max }: { min?: number; max: number }): z.ZodString {
  return z
    .string()
    .check((text) => {
      const length = countCodePoints(text.value)
      const common = { origin: 'string', inclusive: true, input: text.value } as const
      if (length < min) text.issues.push({ code: 'too_small', minimum: min, ...common })
      if (length > max) text.issues.push({ code: 'too_big', maximum: max, ...common })
    })
    .meta({ ...(min > 0 && { minLength: min }), maxLength: max })
}

function countCodePoints(text: string): number {
  let count = 0
  for (const _each of text) count++
  return count
}
