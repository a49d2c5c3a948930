/** The checks before a version is published, in order. */
type CheckName = 'tarball' | 'package' | 'signature' | 'sdk' | 'bundle' | 'manifest' | 'claims' | 'tests'

/** The result of a check. A failed mandatory check prevents publishing, so in a published version `ok: false` marks a remark. */
export interface PluginCheck {
  name: CheckName
  ok: boolean
  message: string
  /** The location in the package that the check refers to. */
  position: string | null
}

/** The report of a version, shown to users before they install it. */
export interface VersionReport {
  checks: PluginCheck[]
  /** The tests of the blocks; all have passed. */
  tests: { total: number; blocksWithout: string[] }
  bundleBytes: number
  /** The capabilities of all blocks, without duplicates. */
  capabilities: { kind: string; detail: string }[]
  /** The licence in package.json. */
  licence: string
}
