import { AshlarError, type Draft, type Fault } from '@ashlar/core'
import type { Finding, FindingCode } from './finding.ts'

/** A bundle of this size is slow to load, and probably contains an unsuitable library. */
const LARGE_BYTES = 512 * 1024
const MAX_LISTED = 5

/** Returns the largest files in a bundle. */
export function listLargest({ bundle }: Draft): { path: string; bytes: number }[] {
  return bundle.inputs.slice(0, MAX_LISTED)
}

export function findInBundle(draft: Draft): Finding[] {
  return [...toWarnings(draft.bundle.warnings), ...findInSize(draft)]
}

/** The imports of Node modules in dependencies: a finding for each package and module, with its first position. */
function toWarnings(faults: readonly Fault[]): Finding[] {
  const groups = Map.groupBy(faults, ({ path, message }) => `${packageOf(path)} ${message.replace('"node:', '"')}`)
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (!first) return []
    const more = others.length === 0 ? '' : ` (and ${others.length} more in ${packageOf(first.path)})`
    const message = `${first.message}; code that calls it fails${more}`
    return { level: 'warning' as const, code: 'NODE_MODULE' as const, position: first.path, message }
  })
}

/** `node_modules/a/node_modules/@b/c/index.js:1:1` is in the package `@b/c`. */
function packageOf(path: string): string {
  return /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? ''
}

function findInSize(draft: Draft): Finding[] {
  const bytes = Buffer.byteLength(draft.bundle.code)
  if (bytes < LARGE_BYTES) return []
  const largest = listLargest(draft)
    .map(({ path, bytes: own }) => `${path} ${size(own)}`)
    .join(', ')
  const message = `the bundle has ${size(bytes)} of at most 5 MiB; its largest files: ${largest}`
  return [{ level: 'warning', code: 'BUNDLE_SIZE', position: null, message }]
}

/** Converts an error from bundling or reading a plugin to findings. @throws an error that the plugin did not cause */
export function findInFailure(error: unknown): Finding[] {
  if (!(error instanceof AshlarError) || !LOADING.has(error.code)) throw error
  const faults = error.details.faults?.length ? error.details.faults : [{ path: '', message: error.message }]
  return faults.map(({ path, message }) => {
    return {
      level: 'error',
      code: error.code === 'PLUGIN_INVALID' ? 'MANIFEST_INVALID' : toFindingCode(message),
      position: path === '' ? null : path,
      message,
    }
  })
}

const LOADING = new Set(['PLUGIN_LOAD_FAILED', 'PLUGIN_INVALID', 'MEMORY_LIMIT', 'CPU_LIMIT', 'TIMEOUT'])

function toFindingCode(message: string): FindingCode {
  if (message.includes('is a Node module')) return 'NODE_MODULE'
  if (message.includes('".node" files')) return 'NATIVE_MODULE'
  return message.includes('the limit is') ? 'BUNDLE_SIZE' : 'BUNDLE_FAILED'
}

/** `812 B`, `2.1 kB`, `1.4 MB` */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}
