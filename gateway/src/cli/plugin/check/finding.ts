/**
 * `error`: the plugin does not work or cannot be published · `warning`: users are likely to have problems · `hint`:
 * information.
 */
export type Level = 'error' | 'warning' | 'hint'

/** A result of the check. The code is part of the contract; the message may change. */
export interface Finding {
  level: Level
  code: FindingCode
  /** `src/index.ts:3:5`, relative to the package; null for a finding about the whole package. */
  position: string | null
  message: string
}

export type FindingCode =
  | 'PACKAGE_NAME'
  | 'PACKAGE_VERSION'
  | 'PACKAGE_LICENSE'
  | 'PACKAGE_DESCRIPTION'
  | 'PACKAGE_FILES'
  | 'PACKAGE_DEPENDENCY'
  | 'BUNDLE_FAILED'
  | 'BUNDLE_SIZE'
  | 'NODE_MODULE'
  | 'NATIVE_MODULE'
  | 'MISSING_GLOBAL'
  | 'MANIFEST_INVALID'
  | 'BLOCK_DESCRIPTION'
  | 'BLOCK_TESTS'
  | 'BLOCK_UNAVAILABLE'
  | 'ICON_UNKNOWN'
  | 'PIN_TITLE'
  | 'PIN_DESCRIPTION'
  | 'PIN_UNREACHABLE'
  | 'CAPABILITY'
  | 'PROVIDER_FOREIGN'
  | 'PROVIDER_UNUSED'
  | 'TYPES'
  | 'TYPES_UNCHECKED'

const ORDER: readonly Level[] = ['error', 'warning', 'hint']

/** Sorts by level, the most severe first. Findings of one level keep their order. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level))
}
