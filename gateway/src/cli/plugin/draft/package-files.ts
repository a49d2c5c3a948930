import { readdir, readFile } from 'node:fs/promises'
import { join, matchesGlob, posix } from 'node:path'
import { AshlarError, messageOf } from '@ashlar/core'

/** What a package.json may say; nothing of it is checked. */
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

/** @returns the text of the package.json of a folder, and what it says @throws {AshlarError} PLUGIN_INVALID */
export async function readPackageJson(folder: string): Promise<{ text: string; json: PackageJson }> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch((error: unknown) => {
    throw new AshlarError('PLUGIN_INVALID', 'there is no package.json here that can be read', { cause: error })
  })
  try {
    return { text, json: JSON.parse(text) as PackageJson }
  } catch (error) {
    throw new AshlarError('PLUGIN_INVALID', `package.json is not JSON: ${messageOf(error)}`, { cause: error })
  }
}

/** Taken whatever `files` says, where they lie beside package.json. */
const ALWAYS = /^(package\.json|(readme|licen[cs]e)(\..*)?)$/i
/** Never taken, wherever they are, and nothing below them. */
const NEVER =
  /^(node_modules|\.git|\.svn|\.hg|\.DS_Store|\._.*|\.npmrc|.*\.tgz|.*\.orig|package-lock\.json|pnpm-lock\.yaml|yarn\.lock)$/

/**
 * The files that are packed, sorted, with slashes. These rules are part of npm's: `package.json`, README and LICENSE always;
 * with `files` what its entries name, a folder standing for all below it and `!` for an exception, else everything; never
 * `node_modules`, tarballs, what belongs to git and npm, nor a link; a name that begins with a dot only where `files` names it in full.
 */
export async function listPackageFiles(folder: string, { files }: PackageJson): Promise<string[]> {
  const patterns = Array.isArray(files) ? files.filter((entry) => typeof entry === 'string').map(normalize) : undefined
  const found: string[] = []
  await walk(folder, '', found)
  return found.filter((path) => ALWAYS.test(path) || (patterns ? isNamed(path, patterns) : !hasDot(path))).toSorted()
}

async function walk(folder: string, below: string, found: string[]): Promise<void> {
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const path = posix.join(below, entry.name)
    if (NEVER.test(entry.name)) continue
    if (entry.isDirectory()) await walk(folder, path, found)
    else if (entry.isFile()) found.push(path)
  }
}

/** The last pattern that fits decides. */
function isNamed(path: string, patterns: readonly string[]): boolean {
  let named = false
  for (const pattern of patterns) {
    const excludes = pattern.startsWith('!')
    const wanted = excludes ? normalize(pattern.slice(1)) : pattern
    if (fits(path, wanted)) named = !excludes
  }
  return named && (!hasDot(path) || patterns.includes(path))
}

function fits(path: string, pattern: string): boolean {
  return (
    pattern === '.' || path === pattern || path.startsWith(`${pattern}/`) || glob(path, pattern) || glob(path, `${pattern}/**`)
  )
}

function glob(path: string, pattern: string): boolean {
  return matchesGlob(path, pattern)
}

/** `./src/` is `src`. */
function normalize(entry: string): string {
  if (entry.startsWith('!')) return `!${normalize(entry.slice(1))}`
  const path = posix.normalize(entry.replace(/^\/+/, ''))
  return path.endsWith('/') ? path.slice(0, -1) : path
}

function hasDot(path: string): boolean {
  return path.split('/').some((name) => name.startsWith('.'))
}
