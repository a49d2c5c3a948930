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
  warnings: z.array(faultSchema),
})
const needSchema = z.object({ needs: z.literal('node-modules') })

/** The response of the bundler process: one line of JSON. */
export type BundlerAnswer = z.output<typeof failureSchema> | z.output<typeof needSchema> | BundlerOutput

/**
 * Validates the response, because the source that the process reads may have compromised it.
 *
 * @returns undefined when the process needs the text of Node's modules
 * @throws {AshlarError} PLUGIN_LOAD_FAILED
 */
export function readAnswer(line: string): BundlerOutput | undefined {
  const answer = parse(line)
  if (needSchema.safeParse(answer).success) return undefined
  const failure = failureSchema.safeParse(answer)
  if (failure.success) {
    const { message, faults } = failure.data
    throw new AshlarError('PLUGIN_LOAD_FAILED', message, { details: { faults } })
  }
  const output = outputSchema.safeParse(answer)
  return output.success ? (output.data as BundlerOutput) : rejectAnswer()
}

/** @throws {AshlarError} PLUGIN_LOAD_FAILED */
export function rejectAnswer(): never {
  throw new AshlarError('PLUGIN_LOAD_FAILED', 'the response of the bundler is not valid')
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    throw new AshlarError('PLUGIN_LOAD_FAILED', `the response of the bundler is not JSON: ${errorMessage(error)}`)
  }
}
