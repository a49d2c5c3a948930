import { z } from 'zod'

/** The pins of blocks that match the rows of two tables. */
export const keyPins = {
  keys: z
    .array(z.string())
    .min(1)
    .meta({
      title: 'Keys',
      description: 'Fields whose values must be equal. A row that lacks one of them matches no row.',
      examples: [['id']],
    }),
  other_keys: z
    .array(z.string())
    .default([])
    .meta({
      title: 'Other keys',
      description: 'The names of these fields in the other table, in the same order, if they differ.',
      examples: [['customer_id']],
    }),
  text_numbers: z.boolean().default(true).meta({
    title: 'Numbers equal texts',
    description: 'The number 5 also equals the text "5", as in rows that are read from a CSV table.',
    advanced: true,
  }),
}

/** @throws {Error} when the tables have different numbers of keys */
export function otherKeysOf({ keys, other_keys }: { keys: readonly string[]; other_keys: readonly string[] }): readonly string[] {
  if (other_keys.length === 0) return keys
  if (other_keys.length === keys.length) return other_keys
  throw new Error(
    `other_keys must name ${keys.length} ${keys.length === 1 ? 'field' : 'fields'}, like keys, got ${other_keys.length}`,
  )
}
