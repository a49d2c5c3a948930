/** `error`: it does not work, or is refused when it is published · `warning`: people will be worse off · `hint`: worth knowing. */
export type Level = 'error' | 'warning' | 'hint'

/** Something that the check has found. Its code is contract, its message is for people. */
export interface Finding {
  level: Level
  code: FindingCode
  /** `src/index.ts:3:5`, relative to the package; null where it is about the whole. */
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
  | 'PIN_TITLE'
  | 'PIN_DESCRIPTION'
  | 'PIN_UNREACHABLE'
  | 'CAPABILITY'
  | 'PROVIDER_FOREIGN'
  | 'PROVIDER_UNUSED'
  | 'TYPES'
  | 'TYPES_UNCHECKED'

const ORDER: readonly Level[] = ['error', 'warning', 'hint']

/** The worst first; else as they were found. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level))
}
