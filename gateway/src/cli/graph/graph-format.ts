import type { GraphFormat } from '@ashlar/core'
import { UsageError } from '../command/command.ts'

/** Parses the option `--format`. @throws {UsageError} */
export function parseFormat(text: string | undefined): GraphFormat | undefined {
  const format = text?.toUpperCase()
  if (format === undefined || format === 'ASHLAR' || format === 'AUTOGPT') return format
  throw new UsageError(`--format must be ashlar or autogpt, got ${JSON.stringify(text)}`)
}
