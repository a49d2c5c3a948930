import { readdir, readFile } from 'node:fs/promises'
import { join, matchesGlob, posix } from 'node:path'
import { AshlarError, errorMessage } from '@ashlar/core'

/** The fields of a package.json, not validated. */
export interface PackageJson {
  name?: unknown
  version?: unknown
  license?: unknown
  description?: unknown
  private?: unknown
  files?: unknown
  ashlar?: { blocks?: unknown; source?: unknown }
  dependencies?: Record<string, unknown>
  devDependencies?: Record<string, unknown>
  peerDependencies?: Record<string, unknown>
  [key: string]: unknown
}

/** Reads the package.json of a folder, as text and as JSON. @throws {AshlarError} PLUGIN_INVALID */
export async function readPackageJson(folder: string): Promise<{ text: string; json: PackageJson }> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch((error: unknown) => {
    throw new AshlarError(
      'PLUGIN_INVALID',
      'package.json cannot be read: run the command in the folder of a plugin, or name that folder',
      { cause: error },
    )
  })
  try {
    return { text, json: JSON.parse(text) as PackageJson }
  } catch (error) {
    throw new AshlarError('PLUGIN_INVALID', `package.json is not JSON: ${errorMessage(error)}`, { cause: error })
  }
}

/** Files beside package.json that are always packed. */
const ALWAYS = /^(package\.json|(readme|licen[cs]e)(\..*)?)$/i
/** Files and folders that are never packed, at any depth. */
const NEVER =
  /^(node_modules|\.git|\.svn|\.hg|\.DS_Store|\._.*|\.npmrc|.*\.tgz|.*\.orig|package-lock\.json|pnpm-lock\.yaml|yarn\.lock)$/

/**
 * Lists the files that are packed, sorted, with slashes. These rules are a subset of npm's:
 *
 * - `package.json`, README and LICENSE are always packed.
 * - `files` selects the other files. A folder selects all files below it; `!` excludes. Without `files`, all files are
 *   packed.
 * - `node_modules`, tarballs, links and the files of git and npm are never packed.
 * - A name that starts with a dot is packed only if `files` contains its full path.
 */
export async function listPackageFiles(folder: string, { files }: PackageJson): Promise<string[]> {
  const patterns = Array.isArray(files) ? files.filter((entry) => typeof entry === 'string').map(normalize) : undefined
  const found: string[] = []
  await walk(folder, '', found)
  return found.filter((path) => ALWAYS.test(path) || (patterns ? isSelected(path, patterns) : !hasDot(path))).toSorted()
}

async function walk(folder: string, below: string, found: string[]): Promise<void> {
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const path = posix.join(below, entry.name)
    if (NEVER.test(entry.name)) continue
    if (entry.isDirectory()) await walk(folder, path, found)
    else if (entry.isFile()) found.push(path)
  }
}

/** The last matching pattern decides. */
function isSelected(path: string, patterns: readonly string[]): boolean {
  let selected = false
  for (const pattern of patterns) {
    const excludes = pattern.startsWith('!')
    const wanted = excludes ? normalize(pattern.slice(1)) : pattern
    if (matches(path, wanted)) selected = !excludes
  }
  return selected && (!hasDot(path) || patterns.includes(path))
}

function matches(path: string, pattern: string): boolean {
  return (
    pattern === '.' || path === pattern || path.startsWith(`${pattern}/`) || glob(path, pattern) || glob(path, `${pattern}/**`)
  )
}

function glob(path: string, pattern: string): boolean {
  return matchesGlob(path, pattern)
}

/** `./src/` becomes `src`. */
function normalize(entry: string): string {
  if (entry.startsWith('!')) return `!${normalize(entry.slice(1))}`
  const path = posix.normalize(entry.replace(/^\/+/, ''))
  return path.endsWith('/') ? path.slice(0, -1) : path
}

function hasDot(path: string): boolean {
  return path.split('/').some((name) => name.startsWith('.'))
}
