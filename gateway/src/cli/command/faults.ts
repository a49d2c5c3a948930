import type { Fault } from '@ashlar/core'
import type { GraphWarning } from '../../client/index.ts'
import { plain, type Terminal } from './terminal.ts'

/** Prints each warning about a graph with its path. */
export function showWarnings(warnings: readonly GraphWarning[], terminal: Terminal): void {
  for (const { path, message } of warnings)
    terminal.line(`${terminal.style('yellow', 'warning')} ${path.join('.')}: ${plain(message)}`)
}

/**
 * Formats each fault as one line below the message of an error. Returns no lines if the message already contains the
 * only fault.
 */
export function faultLines(faults: readonly Fault[]): string[] {
  if (faults.length < 2) return []
  return faults.map(({ path, message }) => `  ${plain(path ? `${path}: ${message}` : message)}`)
}
