import { z } from 'zod'
import type { Acting } from '../capability.ts'
import { capabilityMissing } from '../capability-errors.ts'
import type { GrantKind } from '../grant-kind.ts'

const schema = z.array(z.enum(['read', 'write'])).min(1)

/**
 * What a block does with the files of its execution. Both are effects: what is written is seen by blocks and people, and what is
 * read depends on what was written before, so a reader starts after everything that led to it is committed, and a run that was cut
 * off might see later files than it did.
 */
export const filesGrant = { schema, isVisible: true, describe: (uses) => uses } satisfies GrantKind<z.output<typeof schema>>

/** @throws {AshlarError} CAPABILITY_MISSING */
export function assertFilesGranted({ block }: Acting, use: 'read' | 'write'): void {
  if (!block.capabilities.files?.includes(use)) throw capabilityMissing(block, `files "${use}"`, `files: ["${use}"]`)
}
