import { getSystemErrorMessage } from 'node:util'
import type { AshlarError, ErrorCode, Fault } from '@ashlar/core'
import { UsageError } from './command.ts'

/** What is told of an error that ends a command. */
export interface ToldError {
  /** `UNEXPECTED`: a bug, or what nobody has foreseen. */
  code: ErrorCode | 'UNEXPECTED'
  message: string
  faults: readonly Fault[]
}

/** By their names: what only asks for help need not load all of core. */
export function toldError(error: unknown): ToldError {
  if (isCoded(error)) return { code: error.code, message: error.message, faults: error.details.faults ?? [] }
  if (isInterruption(error)) return { code: 'CANCELLED', message: 'cancelled', faults: [] }
  if (isUsageError(error)) return { code: 'BAD_INPUT', message: error.message, faults: [] }
  if (isFileError(error)) return { code: 'FILE_UNUSABLE', message: `${error.path}: ${reasonOf(error)}`, faults: [] }
  return { code: 'UNEXPECTED', message: error instanceof Error ? error.message : String(error), faults: [] }
}

/** Ctrl-C, or Ctrl-D at a question. */
export function isInterruption(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}

export function isUsageError(error: unknown): error is Error {
  return error instanceof UsageError || (error instanceof Error && codeOf(error).startsWith('ERR_PARSE_ARGS_'))
}

function isCoded(error: unknown): error is AshlarError {
  return error instanceof Error && error.name === 'AshlarError' && 'code' in error
}

type FileError = NodeJS.ErrnoException & { path: string; errno: number }

function isFileError(error: unknown): error is FileError {
  return error instanceof Error && 'path' in error && 'errno' in error && typeof error.errno === 'number'
}

function reasonOf(error: FileError): string {
  return `${getSystemErrorMessage(error.errno)} (${codeOf(error)})`
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : ''
}
