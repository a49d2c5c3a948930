import { AshlarError, showValue } from '../base/index.ts'
import { DEFAULT_WORKSPACE_LIMITS, type WorkspaceLimits } from './limits.ts'

/**
 * Splits the path of a file in a workspace into names: `reports/2026/june.csv` has three. The separator is `/`. The
 * path is normalized to Unicode NFC, so that a name has only one spelling. Every common system accepts the names. A
 * path that some systems interpret in another way is rejected rather than changed.
 *
 * @throws {AshlarError} FILE_PATH_INVALID with the fault
 */
export function parseWorkspacePath(path: unknown, limits: WorkspaceLimits = DEFAULT_WORKSPACE_LIMITS): string[] {
  if (typeof path !== 'string') throw invalid(path, 'must be text')
  // This check comes first, because normalizing a very long text takes long.
  if (path.length > limits.maxPathBytes) throw invalid(path, `must have at most ${limits.maxPathBytes} bytes`)
  if (!path.isWellFormed()) throw invalid(path, 'must be well-formed Unicode')
  const normal = path.normalize('NFC')
  if (Buffer.byteLength(normal) > limits.maxPathBytes) throw invalid(path, `must have at most ${limits.maxPathBytes} bytes`)
  const names = normal.split('/')
  if (names.length > limits.maxDepth) throw invalid(path, `must have at most ${limits.maxDepth} names`)
  for (const name of names) {
    const fault = findFault(name, limits)
    if (fault) throw invalid(path, fault)
  }
  return names
}

/**
 * Control characters, line and paragraph separators, bidirectional marks, and characters with a special meaning on
 * Windows.
 */
const FORBIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\\:<>"|?*]/u
/**
 * Names of devices on Windows, with or without an extension. Source: Microsoft, "Naming Files, Paths, and Namespaces".
 */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|clock\$|(com|lpt)[0-9¹²³])\s*(\.|$)/i

function findFault(name: string, { maxNameBytes }: WorkspaceLimits): string | undefined {
  if (name === '') return 'must be relative and must not have empty names'
  if (name === '.' || name === '..') return 'must not have the names "." and ".."'
  if (FORBIDDEN.test(name)) return 'must not contain control characters or any of \\ : < > " | ? *'
  if (/[. ]$/.test(name)) return 'must not have a name that ends with a dot or a space'
  if (name.startsWith(' ')) return 'must not have a name that starts with a space'
  if (DEVICE.test(name)) return `must not have the name of a Windows device, such as ${showValue(name)}`
  if (Buffer.byteLength(name) > maxNameBytes) return `must not have a name of more than ${maxNameBytes} bytes`
  return undefined
}

function invalid(path: unknown, fault: string): AshlarError {
  return new AshlarError('FILE_PATH_INVALID', `files: the path ${showValue(path)} ${fault}`)
}
