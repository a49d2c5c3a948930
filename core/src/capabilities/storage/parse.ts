import { z } from 'zod'
import { AshlarError } from '../../base/index.ts'
import { isTooDeep, MAX_NESTING } from '../../pins/index.ts'
import type { StorageLimits } from './limits.ts'

interface Page {
  prefix: string
  after: string
  first: number
}

/** Converts the keys and values of blocks to the form in which they are stored. */
interface StorageParser {
  /** @throws {AshlarError} BAD_INPUT */
  key(key: unknown): string
  /**
   * @returns the value as JSON text that Postgres accepts as json and jsonb
   * @throws {AshlarError} BAD_INPUT OUTPUT_LIMIT
   */
  value(value: unknown): string
  /** @throws {AshlarError} BAD_INPUT */
  page(page: unknown): Page
}

export function buildStorageParser({ maxKeyLength, maxValueBytes, maxListed }: StorageLimits): StorageParser {
  const part = z.string().max(maxKeyLength).refine(isStorable)
  const keySchema = part.min(1)
  const first = z.int().min(1).max(maxListed).default(maxListed)
  const pageSchema = z.object({ prefix: part.default(''), after: part.default(''), first })
  return {
    key(key) {
      const parsed = keySchema.safeParse(key)
      if (parsed.success) return parsed.data
      throw badInput(`a key must be text of 1 to ${maxKeyLength} characters, without NUL or unpaired surrogates`)
    },
    value(value) {
      if (isTooDeep(value)) throw badInput(`a value must not nest arrays and objects more than ${MAX_NESTING} levels deep`)
      const json = JSON.stringify(value ?? null)
      const bytes = Buffer.byteLength(json)
      if (bytes > maxValueBytes)
        throw new AshlarError('OUTPUT_LIMIT', `storage: the value is ${bytes} bytes long as JSON; the limit is ${maxValueBytes}`)
      if (json.includes('\\u') && UNSTORABLE.test(json))
        throw badInput('strings in a value must not contain NUL or unpaired surrogates')
      return json
    },
    page(page) {
      const parsed = pageSchema.safeParse(page ?? {})
      if (parsed.success) return parsed.data
      throw badInput(
        `list takes { prefix, after, first }: two texts of at most ${maxKeyLength} characters and an integer from 1 to ${maxListed}`,
      )
    },
  }
}

/** Matches an escaped NUL or surrogate in JSON text. Its backslash is not itself escaped. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/

/** Whether Postgres can store the text: it converts to UTF-8 without loss and has no NUL. */
function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

function badInput(message: string): AshlarError {
  return new AshlarError('BAD_INPUT', `storage: ${message}`)
}
