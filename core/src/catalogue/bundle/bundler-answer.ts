import { z } from 'zod'
import { AshlarError, errorMessage } from '../../base/index.ts'
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

/** The response of the bundler process: one line of JSON. */
export type BundlerAnswer = z.output<typeof failureSchema> | BundlerOutput

/**
 * Validates the response, because the source that the process reads may have compromised it.
 *
 * @throws {AshlarError} PLUGIN_LOAD_FAILED
 */
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
    throw new AshlarError('PLUGIN_LOAD_FAILED', `the response of the bundler is not JSON: ${errorMessage(error)}`)
  }
}
