import type { Fault } from '@ashlar/client'
import type { FollowOnce } from './server.ts'

/** A GraphQL client with a cache, set up as its documentation recommends. */
export interface CacheClient {
  /** Loads the first page of the graphs into the cache. */
  loadGraphs(first: number): Promise<void>
  /** Loads the page after the cached ones. */
  loadMoreGraphs(): Promise<void>
  /** The cached list of graphs. */
  cachedGraphs(): CachedGraph[]
  /** @returns the errors of the payload */
  createGraph(input: { name: string; document: object }): Promise<readonly Fault[]>
  renameGraph(graphId: string, name: string): Promise<void>
  deleteGraphs(graphIds: readonly string[]): Promise<void>
  /** @returns the global id of the execution */
  startExecution(graphId: string): Promise<string>
  /** The cached status of an execution. */
  cachedStatus(executionId: string): string | undefined
  /** Follows an execution over one connection. */
  follow(executionId: string): FollowOnce
}

export interface CachedGraph {
  id: string
  name: string
}
