import { showValue } from '../../base/index.ts'
import { refusal } from './fault.ts'

const ROOT = 'package'
const MAX_PATH_BYTES = 300
const MAX_SEGMENT_BYTES = 200
const MAX_DEPTH = 30
/** Device names, which Windows finds in every folder, with any extension. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

/**
 * Checks the paths of an archive, each alone and against the previous ones, so that on every file system each path is a separate file
 * inside the package.
 *
 * @returns a function that returns the path below `package/`, or throws TARBALL_INVALID
 */
export function createPathCheck(): (path: string, kind: 'file' | 'folder') => string {
  const files = new Set<string>()
  const folders = new Set<string>()
  return (given, kind) => {
    const path = kind === 'folder' && given.endsWith('/') ? given.slice(0, -1) : given
    const [root, ...segments] = path.split('/')
    const why = findPathFault(path, segments)
    if (why !== undefined) throw refusal('TARBALL_INVALID', '', `the tarball has the path ${showValue(given)}: ${why}`)
    if (root !== ROOT || (segments.length === 0 && kind === 'file'))
      throw refusal('TARBALL_INVALID', '', `the tarball has the path ${showValue(given)}: every path must begin with "${ROOT}/"`)
    claim(given, path, kind)
    return segments.join('/')
  }

  function claim(given: string, path: string, kind: 'file' | 'folder'): void {
    // On some file systems, paths that differ only in case or Unicode normalization are the same file.
    const folded = path.normalize('NFC').toLowerCase()
    const taken = files.has(folded) || (kind === 'file' && folders.has(folded))
    const parents = listParents(folded)
    if (taken || parents.some((parent) => files.has(parent)))
      throw refusal('TARBALL_INVALID', '', `the tarball has the path ${showValue(given)} twice`)
    for (const parent of parents) folders.add(parent)
    if (kind === 'file') files.add(folded)
    else folders.add(folded)
  }
}

function findPathFault(path: string, segments: readonly string[]): string | undefined {
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return `it has more than ${MAX_PATH_BYTES} bytes`
  if (segments.length > MAX_DEPTH) return `it is more than ${MAX_DEPTH} folders deep`
  if (/[\\:*?"<>|\p{Cc}\p{Cs}]/u.test(path)) return 'it has characters that some file systems do not accept'
  for (const segment of segments) {
    if (segment === '' || segment === '.' || segment === '..') return 'it has empty, "." or ".." segments'
    if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) return `a segment has more than ${MAX_SEGMENT_BYTES} bytes`
    if (/[. ]$/.test(segment) || DEVICE.test(segment)) return `${showValue(segment)} is not a valid name on every file system`
  }
  return undefined
}

function listParents(path: string): string[] {
  const segments = path.split('/')
  return segments.slice(1).map((_, i) => segments.slice(0, i + 1).join('/'))
}
