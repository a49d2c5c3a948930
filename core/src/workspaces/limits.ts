/** What the files of executions may be and cost. */
export interface WorkspaceLimits {
  /** UTF-8. */
  maxPathBytes: number
  /** UTF-8, of one name in a path. */
  maxNameBytes: number
  /** Names in a path. */
  maxDepth: number
  maxFileBytes: number
  /** Of one workspace, what is being written included. */
  maxWorkspaceBytes: number
  /** Files and folders of one workspace. */
  maxEntries: number
  /** Files that one run of a block may read and write at a time. */
  maxOpen: number
  /** Files that all runs of one owner may read and write at a time, in one worker. */
  maxOpenOfOwner: number
  /** Files that one answer lists. */
  maxListed: number
}

export const DEFAULT_WORKSPACE_LIMITS: WorkspaceLimits = {
  maxPathBytes: 1024,
  maxNameBytes: 255,
  maxDepth: 32,
  maxFileBytes: 256 * 1024 * 1024,
  maxWorkspaceBytes: 1024 * 1024 * 1024,
  maxEntries: 10_000,
  maxOpen: 16,
  maxOpenOfOwner: 256,
  maxListed: 1000,
}

/** Bytes that one call to the host carries at most, before base64. */
export const CHUNK_BYTES = 64 * 1024
