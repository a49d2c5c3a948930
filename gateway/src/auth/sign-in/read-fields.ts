import { AshlarError } from '@ashlar/core'
import type { z } from 'zod'

const MAX_BYTES = 8192

/**
 * Reads the JSON body of a request of our pages. A page of another origin cannot send this content type without asking
 * the server.
 *
 * @throws {AshlarError} BAD_INPUT, which does not contain the values of the fields
 */
export async function readFields<S extends z.ZodType>(request: Request, schema: S): Promise<z.output<S>> {
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? ''))
    throw new AshlarError('BAD_INPUT', 'the body must have the type application/json')
  const parsed = schema.safeParse(parseJson(await readText(request)))
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)
  throw new AshlarError('BAD_INPUT', `the body is invalid: ${faults.join('; ')}`)
}

async function readText({ body }: Request): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of body ?? []) {
    bytes += part.length
    if (bytes > MAX_BYTES) throw new AshlarError('BAD_INPUT', `the body must have at most ${MAX_BYTES} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new AshlarError('BAD_INPUT', 'the body must be JSON')
  }
}
