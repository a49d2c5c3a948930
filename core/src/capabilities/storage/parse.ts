import { z } from 'zod'
import { AshlarError } from '../../base/index.ts'
import { isTooDeep, MAX_NESTING } from '../../pins/index.ts'
import type { StorageLimits } from './limits.ts'

interface Page {
  prefix: string
  after: string
  first: number
}

/** What blocks say of keys and values, brought to what is stored. */
interface StorageParser {
  /** @throws {AshlarError} BAD_INPUT */
  key(key: unknown): string
  /** @returns the value as JSON text, which Postgres takes as json and as jsonb @throws {AshlarError} BAD_INPUT OUTPUT_LIMIT */
  value(value: unknown): string
  /** @throws {AshlarError} BAD_INPUT */
  page(page: unknown): Page
}

export function createStorageParser({ maxKeyLength, maxValueBytes, maxListed }: StorageLimits): StorageParser {
  const part = z.string().max(maxKeyLength).refine(isStorable)
  const keySchema = part.min(1)
  const first = z.int().min(1).max(maxListed).default(maxListed)
  const pageSchema = z.object({ prefix: part.default(''), after: part.default(''), first })
  return {
    key(key) {
      const parsed = keySchema.safeParse(key)
      if (parsed.success) return parsed.data
      throw badInput(`a key must be text of 1 to ${maxKeyLength} characters, none of them NUL or half of a pair`)
    },
    value(value) {
      if (isTooDeep(value)) throw badInput(`a value may have lists and objects ${MAX_NESTING} deep in each other`)
      const json = JSON.stringify(value ?? null)
      const bytes = Buffer.byteLength(json)
      if (bytes > maxValueBytes)
        throw new AshlarError('OUTPUT_LIMIT', `storage: the value is ${bytes} bytes long as JSON, the limit is ${maxValueBytes}`)
      if (json.includes('\\u') && UNSTORABLE.test(json))
        throw badInput('texts in a value must not have a NUL or half of a pair of characters')
      return json
    },
    page(page) {
      const parsed = pageSchema.safeParse(page ?? {})
      if (parsed.success) return parsed.data
      throw badInput(
        `keys are listed by { prefix, after, first }, texts of at most ${maxKeyLength} characters and a number from 1 to ${maxListed}`,
      )
    },
  }
}

/** In JSON text: an escaped NUL or surrogate, behind no backslash but those that are escaped themselves. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/

/** Whether it is the same text in UTF-8, and without NUL, which texts in Postgres have not. */
function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

function badInput(message: string): AshlarError {
  return new AshlarError('BAD_INPUT', `storage: ${message}`)
}
