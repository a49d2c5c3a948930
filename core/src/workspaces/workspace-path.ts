import { AshlarError, showValue } from '../base/index.ts'
import { DEFAULT_WORKSPACE_LIMITS, type WorkspaceLimits } from './limits.ts'

/**
 * The names that lead to a file of a workspace, each of which every usual system can hold: `reports/2026/june.csv` has three.
 * They are separated by `/` alone and brought to Unicode's form C first, so that one name cannot be written in two ways. Nothing is
 * decoded or left out: what would mean something else to some system is refused.
 *
 * @throws {AshlarError} FILE_PATH_INVALID saying what is wrong
 */
export function parseWorkspacePath(path: unknown, limits: WorkspaceLimits = DEFAULT_WORKSPACE_LIMITS): string[] {
  if (typeof path !== 'string') throw invalid(path, 'must be a text')
  // Before anything is done with each of its characters: normalising a very long text takes long.
  if (path.length > limits.maxPathBytes) throw invalid(path, `must have at most ${limits.maxPathBytes} bytes`)
  if (!path.isWellFormed()) throw invalid(path, 'must be well-formed Unicode')
  const normal = path.normalize('NFC')
  if (Buffer.byteLength(normal) > limits.maxPathBytes) throw invalid(path, `must have at most ${limits.maxPathBytes} bytes`)
  const names = normal.split('/')
  if (names.length > limits.maxDepth) throw invalid(path, `must have at most ${limits.maxDepth} names`)
  for (const name of names) {
    const fault = faultOf(name, limits)
    if (fault) throw invalid(path, fault)
  }
  return names
}

/** Controls, line and paragraph separators, marks that turn the direction of writing, and what has a meaning on Windows. */
const FORBIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\\:<>"|?*]/u
/** Devices on Windows, also with an extension. Source: Microsoft, "Naming Files, Paths, and Namespaces". */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|clock\$|(com|lpt)[0-9¹²³])\s*(\.|$)/i

function faultOf(name: string, { maxNameBytes }: WorkspaceLimits): string | undefined {
  if (name === '') return 'must be relative and have no empty names'
  if (name === '.' || name === '..') return 'must not have the names "." and ".."'
  if (FORBIDDEN.test(name)) return 'must have no controls and none of \\ : < > " | ? *'
  if (/[. ]$/.test(name)) return 'must have no name that ends with a dot or a space'
  if (name.startsWith(' ')) return 'must have no name that begins with a space'
  if (DEVICE.test(name)) return `must have no name that is a device on Windows, like ${showValue(name)}`
  if (Buffer.byteLength(name) > maxNameBytes) return `must have no name of more than ${maxNameBytes} bytes`
  return undefined
}

function invalid(path: unknown, fault: string): AshlarError {
  return new AshlarError('FILE_PATH_INVALID', `files: the path ${showValue(path)} ${fault}`)
}
