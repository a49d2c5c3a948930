import { FOREIGN_BLOCKS } from './foreign-blocks.ts'
import { AUTOGPT_BLOCKS } from './known-blocks.ts'

/** Returns the name that a block has in the AutoGPT Platform; undefined for an unknown block. */
export function blockNameOf(blockId: string): string | undefined {
  return AUTOGPT_BLOCKS.get(blockId) ?? FOREIGN_BLOCKS.get(blockId)
}
