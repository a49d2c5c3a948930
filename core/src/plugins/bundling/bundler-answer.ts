import { z } from 'zod'
import { AshlarError, messageOf } from '../../errors/index.ts'
import type { BundlerOutput } from './bundle.ts'

const faultSchema = z.object({ path: z.string(), message: z.string() })
const failureSchema = z.object({ message: z.string(), faults: z.array(faultSchema) })
const inputSchema = z.object({
  bytes: z.number(),
  imports: z.array(z.looseObject({ path: z.string(), original: z.string().optional() })),
})
const outputSchema = z.object({
  code: z.string(),
  map: z.string(),
  inputs: z.record(z.string(), inputSchema),
  sizes: z.record(z.string(), z.number()),
})

/** What the process that bundles answers: JSON on a line. */
export type BundlerAnswer = z.output<typeof failureSchema> | BundlerOutput

/** It may have been taken over by what it has read: its word is checked. @throws {AshlarError} PLUGIN_LOAD_FAILED */
export function readAnswer(line: string): BundlerOutput {
  const answer = parse(line)
  const failure = failureSchema.safeParse(answer)
  if (failure.success) {
    const { message, faults } = failure.data
    throw new AshlarError('PLUGIN_LOAD_FAILED', message, { details: { faults } })
  }
  const output = outputSchema.safeParse(answer)
  if (!output.success) throw new AshlarError('PLUGIN_LOAD_FAILED', 'the response of the bundler is not valid')
  return output.data as BundlerOutput
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    throw new AshlarError('PLUGIN_LOAD_FAILED', `the response of the bundler is not JSON: ${messageOf(error)}`)
  }
}
