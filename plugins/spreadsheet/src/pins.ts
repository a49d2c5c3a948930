import { z } from 'zod'

export type Row = Record<string, unknown>

/** A list of dictionaries. `z.record` would copy them and lose the order of keys that are whole numbers. */
export const rows = z.array(
  z
    .custom<Row>((row) => typeof row === 'object' && row !== null && !Array.isArray(row), 'expected a dictionary')
    .meta({ type: 'object', propertyNames: { type: 'string' }, additionalProperties: {} }),
)

/** The path of a file in its execution. */
export const filePin = z.string().min(1).max(1024)
