import { z } from 'zod'
import { AshlarError } from '../../errors/index.ts'
import type { Acting } from '../acting.ts'
import type { GrantKind } from '../grant-kind.ts'

const schema = z.array(z.enum(['read', 'write'])).min(1)

/**
 * What a block does with the files of its execution. Both are effects: what is written is seen by blocks and people, and what is
 * read depends on what was written before, so a reader starts after everything that led to it is committed, and a run that was cut
 * off might see later files than it did.
 */
export const filesGrant = { schema, isVisible: true, describe: (uses) => uses } satisfies GrantKind<z.output<typeof schema>>

/** @throws {AshlarError} CAPABILITY_MISSING */
export function assertFilesGranted({ block: { qualifiedName, capabilities } }: Acting, use: 'read' | 'write'): void {
  if (capabilities.files?.includes(use)) return
  const message = `block ${qualifiedName} does not have the capability files "${use}"; its manifest must name it`
  throw new AshlarError('CAPABILITY_MISSING', message)
}
