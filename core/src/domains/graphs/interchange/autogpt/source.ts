import type { Block } from '../../../../blocks/index.ts'
import type { GraphVersion } from '../../entities.ts'
import type { ExportedNode } from './form.ts'

/** A node of the file, with what is known about it here. */
export interface Source {
  node: ExportedNode
  /** The installed block, with the pins of its graph if it runs one. */
  block: Block | undefined
  child: GraphVersion | undefined
  /** Why it becomes a placeholder. */
  reason: string | undefined
}
