/** Limits on the files of executions. */
export interface WorkspaceLimits {
  /** Bytes of UTF-8. */
  maxPathBytes: number
  /** Bytes of UTF-8 of one name in a path. */
  maxNameBytes: number
  /** Names in a path. */
  maxDepth: number
  maxFileBytes: number
  /** All files of one workspace, including unfinished ones. */
  maxWorkspaceBytes: number
  /** Files and folders of one workspace. */
  maxEntries: number
  /** Files that one run of a block may have open. */
  maxOpen: number
  /** Files that all runs of one owner in a worker may have open. */
  maxOpenOfOwner: number
  /** Files that one call returns. */
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

/** Maximum bytes of content in one host call, before base64. */
export const CHUNK_BYTES = 64 * 1024
