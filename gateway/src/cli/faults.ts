import type { Fault } from '@ashlar/core'
import { plain, type Terminal } from './terminal.ts'

/** Prints each warning about a graph, with its place. */
export function showWarnings(warnings: readonly Fault[], terminal: Terminal): void {
  for (const { path, message } of warnings) terminal.line(`${terminal.style('yellow', 'warning')} ${path}: ${plain(message)}`)
}

/** Each fault on a line of its own, below the message of an error; none when the message has the only one. */
export function faultLines(faults: readonly Fault[]): string[] {
  if (faults.length < 2) return []
  return faults.map(({ path, message }) => `  ${plain(path ? `${path}: ${message}` : message)}`)
}
