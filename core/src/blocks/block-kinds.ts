import type { BlockKind } from '@ashlar/sdk'

/** A compile-time check that every kind of the SDK is listed. */
const KINDS: Record<BlockKind, true> = {
  standard: true,
  input: true,
  output: true,
  note: true,
  graph: true,
  trigger: true,
  approval: true,
  placeholder: true,
}

/** The block kinds that the SDK declares, for manifests and the API. */
export const BLOCK_KINDS = Object.keys(KINDS) as BlockKind[]
