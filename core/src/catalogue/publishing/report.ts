/** What was looked at before a version was published, in order. */
type CheckName = 'tarball' | 'package' | 'signature' | 'sdk' | 'bundle' | 'manifest' | 'claims' | 'tests'

/** How one of them went. A version that is there has passed those that refuse; what is not `ok` then is a remark. */
export interface PluginCheck {
  name: CheckName
  ok: boolean
  message: string
  /** The place in the package that it is about. */
  position: string | null
}

/** What people are shown of a version before they install it. */
export interface VersionReport {
  checks: PluginCheck[]
  /** The blocks' own; all have passed. */
  tests: { total: number; blocksWithout: string[] }
  bundleBytes: number
  /** Of all blocks, each once. */
  capabilities: { kind: string; detail: string }[]
  /** As package.json names it. */
  licence: string
}
