import { z } from 'zod'
import { AshlarError, describeIssues, showFaults } from '../base/index.ts'
import { credentialsFakeSchema } from './credentials/index.ts'
import { filesFakeSchema } from './files/index.ts'
import { hostFakeSchema } from './host/index.ts'
import { httpFakeSchema } from './http/index.ts'
import { storageFakeSchema } from './storage/index.ts'

/** See `Fakes` of the SDK. Each capability that reaches outside the worker has an entry. */
const fakesSchema = z.strictObject({
  http: httpFakeSchema,
  credentials: credentialsFakeSchema,
  host: hostFakeSchema,
  storage: storageFakeSchema,
  files: filesFakeSchema,
  now: z.iso.datetime({ offset: true }).optional(),
})

export type Fakes = z.output<typeof fakesSchema>

/** @throws {AshlarError} BAD_INPUT with the location of each fault */
export function parseFakes(fakes: unknown): Fakes {
  const parsed = fakesSchema.safeParse(fakes ?? {})
  if (parsed.success) return parsed.data
  throw new AshlarError('BAD_INPUT', `the fakes of the test are not valid: ${showFaults(describeIssues(parsed.error, fakes))}`)
}
