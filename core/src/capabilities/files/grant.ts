import { z } from 'zod'
import { type CallerBlock, capabilityMissing, type GrantDefinition } from '../capability/index.ts'

const schema = z.array(z.enum(['read', 'write'])).min(1)

export type FilesGrant = z.output<typeof schema>

/**
 * How a block uses the files of its execution. Both uses make a block effectful: other blocks and people can see
 * written files, and a read depends on earlier writes. A reader therefore starts after all events that led to it are
 * committed. After an interruption, a repeated run might read later files than before.
 */
export const filesGrant = {
  schema,
  summary: 'Reads or writes the files of the execution.',
  isEffectful: true,
  describe: (uses) => uses,
} satisfies GrantDefinition<FilesGrant>

/** @throws {AshlarError} CAPABILITY_MISSING */
export function assertFilesGranted(block: CallerBlock<{ files?: FilesGrant | undefined }>, use: 'read' | 'write'): void {
  if (!block.capabilities.files?.includes(use)) throw capabilityMissing(block, `files "${use}"`, `files: ["${use}"]`)
}
