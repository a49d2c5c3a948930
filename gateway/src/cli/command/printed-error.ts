import { getSystemErrorMessage } from 'node:util'
import type { AshlarError, ErrorCode, Fault } from '@ashlar/core'
import { UsageError } from './command.ts'

/** An error that ended a command, as the CLI prints it. */
export interface PrintedError {
  /** `UNEXPECTED` for a bug. */
  code: ErrorCode | 'UNEXPECTED'
  message: string
  faults: readonly Fault[]
}

/** Checks the names of errors, not their classes: `ashlar help` then does not load all of core. */
export function toPrintedError(error: unknown): PrintedError {
  if (isCoded(error)) return { code: error.code, message: error.message, faults: error.details.faults ?? [] }
  if (isInterruption(error)) return { code: 'CANCELLED', message: 'cancelled', faults: [] }
  if (isUsageError(error)) return { code: 'BAD_INPUT', message: error.message, faults: [] }
  if (isFileError(error)) return { code: 'FILE_UNUSABLE', message: `${error.path}: ${formatReason(error)}`, faults: [] }
  return { code: 'UNEXPECTED', message: error instanceof Error ? error.message : String(error), faults: [] }
}

/** Whether the user pressed Ctrl-C, or Ctrl-D at a prompt. */
export function isInterruption(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}

export function isUsageError(error: unknown): error is Error {
  return error instanceof UsageError || (error instanceof Error && readCode(error).startsWith('ERR_PARSE_ARGS_'))
}

function isCoded(error: unknown): error is AshlarError {
  return error instanceof Error && error.name === 'AshlarError' && 'code' in error
}

type FileError = NodeJS.ErrnoException & { path: string; errno: number }

function isFileError(error: unknown): error is FileError {
  return error instanceof Error && 'path' in error && 'errno' in error && typeof error.errno === 'number'
}

function formatReason(error: FileError): string {
  return `${getSystemErrorMessage(error.errno)} (${readCode(error)})`
}

function readCode(error: Error): string {
  return 'code' in error ? String(error.code) : ''
}
