import { z } from 'zod'

/** Where and how a statement runs. */
export const targetPins = {
  database: z
    .string()
    .default('')
    .meta({ title: 'Database', description: 'The name of the database. By default the name of the user.', examples: ['shop'] }),
  server: z
    .string()
    .default('')
    .meta({
      title: 'Server',
      description: 'Host and port of the server. Needed only if the credential is for several.',
      examples: ['db.example.com:5432'],
      advanced: true,
    }),
  timeout_ms: z
    .int()
    .min(1)
    .max(300_000)
    .default(30_000)
    .meta({ description: 'The time limit of a statement, in milliseconds.', advanced: true }),
}

export const statementPins = {
  sql: z
    .string()
    .min(1)
    .meta({
      title: 'SQL',
      description: 'One statement. $1, $2 … are the parameters.',
      examples: ['select * from customer where city = $1'],
    }),
  parameters: z.array(z.unknown()).default([]).meta({
    title: 'Parameters',
    description: 'The values of $1, $2 … A list is an array of Postgres, for example for any($1).',
  }),
  max_rows: z
    .int()
    .min(1)
    .max(100_000)
    .default(10_000)
    .meta({ description: 'If the statement returns more rows, the block fails.', advanced: true }),
}

type Target = z.output<z.ZodObject<typeof targetPins>>

/** Leaves out what the user has not set. */
export function toTarget({ database, server, timeout_ms }: Target): Record<string, unknown> {
  return { timeout_ms, ...(database !== '' && { database }), ...(server !== '' && { server }) }
}

export const resultSchema = z.object({
  rows: z.array(z.record(z.string(), z.unknown())),
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  count: z.int(),
  command: z.string(),
})

export const rowPins = {
  row: z.record(z.string(), z.unknown()).meta({ title: 'Row', description: 'Each row, one after the other.', many: true }),
  rows: z.array(z.record(z.string(), z.unknown())).meta({ title: 'Rows', description: 'All rows as a list.' }),
}

/* A credential for the tests of blocks. */
export const credentials = { server: { type: 'USER_PASSWORD', username: 'ada', password: 'test-password' } } as const
