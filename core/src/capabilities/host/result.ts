import { findJsonFault, parseJson, stringifyJson } from '@ashlar/sdk/json'
import { AshlarError } from '../../base/index.ts'
import type { UsableCredential } from '../credentials/index.ts'

/** As long as the longest value of a pin. */
const MAX_RESULT_CHARS = 8 * 1024 * 1024

type Mask = (text: string) => string

/**
 * Checks the result of a host function, and masks the secret in all its texts.
 *
 * @returns a value that JSON can represent
 * @throws {AshlarError} HOST_MODULE_FAILED OUTPUT_LIMIT
 */
export function toResult(name: string, result: unknown, credential: UsableCredential | undefined): unknown {
  if (result === undefined) return null
  const fault = findJsonFault(result)
  if (fault !== undefined)
    throw new AshlarError('HOST_MODULE_FAILED', `the result of the host function ${name} is not JSON: ${fault}`)
  const json = stringifyJson(result)
  if (json.length > MAX_RESULT_CHARS)
    throw new AshlarError(
      'OUTPUT_LIMIT',
      `the result of the host function ${name} is longer than ${MAX_RESULT_CHARS} characters: ask for less`,
    )
  const mask: Mask | undefined = credential?.scrubber.text
  // Parsing also separates the result from the objects of the function.
  const value = parseJson(json)
  return mask && mask(json) !== json ? maskValue(value, mask) : value
}

function maskValue(value: unknown, mask: Mask): unknown {
  if (typeof value === 'string') return mask(value)
  if (typeof value === 'number' || typeof value === 'bigint') {
    const masked = mask(String(value))
    return masked === String(value) ? value : masked
  }
  if (Array.isArray(value)) return value.map((each) => maskValue(each, mask))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [mask(key), maskValue(each, mask)]))
}
