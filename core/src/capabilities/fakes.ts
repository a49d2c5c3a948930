import { z } from 'zod'
import { AshlarError, describeIssues, showFaults } from '../errors/index.ts'
import { secretSchema } from './credentials/index.ts'

const responseSchema = z
  .strictObject({
    status: z.int().min(200).max(599).default(200),
    headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])).default({}),
    json: z.unknown().optional(),
    text: z.string().optional(),
    base64: z.base64().optional(),
  })
  .refine(({ json, text, base64 }) => [json, text, base64].filter((body) => body !== undefined).length <= 1, {
    error: 'an answer has one of json, text and base64 at most',
  })

const tokenSchema = z.strictObject({ type: z.literal('OAUTH2'), accessToken: z.string().min(4) })

const KEY = /^[A-Z]+ https?:\/\/.+$/

/** See `Fakes` of the SDK. */
const fakesSchema = z.strictObject({
  http: z
    .record(z.string(), z.union([responseSchema, z.array(responseSchema).min(1)]))
    .refine((answers) => Object.keys(answers).every((key) => KEY.test(key)), {
      error: 'each key must be like "GET https://api.example.com/items"',
    })
    .default({}),
  credentials: z.record(z.string(), z.union([secretSchema, tokenSchema])).default({}),
  storage: z
    .strictObject({
      graph: z.record(z.string(), z.unknown()).default({}),
      user: z.record(z.string(), z.unknown()).default({}),
      plugin: z.record(z.string(), z.unknown()).default({}),
    })
    .prefault({}),
  files: z.record(z.string(), z.union([z.string(), z.strictObject({ base64: z.base64() })])).default({}),
  now: z.iso.datetime({ offset: true }).optional(),
})

export type Fakes = z.output<typeof fakesSchema>
export type FakeResponse = z.output<typeof responseSchema>

/** @throws {AshlarError} BAD_INPUT saying where they are wrong */
export function parseFakes(fakes: unknown): Fakes {
  const parsed = fakesSchema.safeParse(fakes ?? {})
  if (parsed.success) return parsed.data
  throw new AshlarError('BAD_INPUT', `the fakes of the test are not valid: ${showFaults(describeIssues(parsed.error, fakes))}`)
}
