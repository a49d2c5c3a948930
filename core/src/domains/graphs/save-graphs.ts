import { randomUUIDv7 } from 'node:crypto'
import type { EntityManager } from '@mikro-orm/postgresql'
import { uuidTime } from '../../base/index.ts'
import type { CheckedDocument } from './document-check.ts'
import { Graph, GraphVersion } from './entities.ts'
import { parseDetails, type GraphChanges } from './graph-details.ts'
import type { Quotas } from '../quotas/index.ts'

/** The quota of the graphs of an account. */
export type GraphQuota = Pick<Quotas, 'assertRoom'>

/** Checks in a transaction whether an account may have more graphs. @throws {AshlarError} QUOTA_EXCEEDED */
export function assertRoom(em: EntityManager, quotas: GraphQuota, ownerId: string, added: number): Promise<void> {
  return quotas.assertRoom((text, values) => em.execute(text.replaceAll(/\$\d/g, '?'), values), ownerId, 'graphs', added)
}

/** A graph whose document is checked. */
export interface CheckedGraph extends GraphChanges {
  name: string
  checked: CheckedDocument
  forkedFromId?: string | null
}

/** Adds a graph with its version 1, which the next flush saves. @throws {AshlarError} BAD_INPUT */
export function addGraph(
  em: EntityManager,
  ownerId: string,
  { checked, forkedFromId = null, ...given }: CheckedGraph,
): { graph: Graph; version: GraphVersion } {
  const { name = given.name, description = '', labels = [] } = parseDetails(given)
  const id = randomUUIDv7()
  const [createdAt, updatedAt] = [uuidTime(id), uuidTime(id)]
  const version = addVersion(em, { ownerId, graphId: id, number: 1 }, checked)
  const details = { name, description, labels }
  const graph = em.create(Graph, { id, ownerId, ...details, activeVersionId: version.id, forkedFromId, createdAt, updatedAt })
  return { graph, version }
}

/** Adds a version, which the next flush saves. */
export function addVersion(
  em: EntityManager,
  identity: Pick<GraphVersion, 'ownerId' | 'graphId' | 'number'>,
  checked: CheckedDocument,
): GraphVersion {
  const id = randomUUIDv7()
  return em.create(GraphVersion, { id, ...identity, ...checked, createdAt: uuidTime(id) })
}
