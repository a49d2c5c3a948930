/** The files of an execution. Paths are names, see `parseWorkspacePath`; files are there as a whole or not at all. */
export interface Workspace {
  /** @throws {AshlarError} FILE_NOT_FOUND */
  open(path: readonly string[]): Promise<FileReader>
  /** Begins a file that takes the place of what is there when it has ended. @throws {AshlarError} FILE_LIMIT FILE_PATH_INVALID */
  create(path: readonly string[]): Promise<FileWriter>
  /** @returns null when there is no file */
  stat(path: readonly string[]): Promise<FileEntry | null>
  /** Folders that become empty go too. Nothing happens where there is none. @throws {AshlarError} FILE_PATH_INVALID for a folder */
  delete(path: readonly string[]): Promise<void>
  /** The first files, by the characters of their paths, of those in a folder and below it that come after the path `after`. */
  list(folder: readonly string[], after: string, first: number): Promise<FileEntry[]>
}

export interface FileEntry {
  path: string
  bytes: number
  modifiedAt: Date
}

/** A file as it was when it was opened, whatever takes its place meanwhile. */
export interface FileReader {
  readonly bytes: number
  /** @returns the next piece of at most `CHUNK_BYTES`, null at the end */
  read(): Promise<Buffer | null>
  /** Idempotent. */
  close(): Promise<void>
}

/** A file that nobody sees before it has ended. After a failure it is aborted. */
export interface FileWriter {
  /** @throws {AshlarError} FILE_LIMIT */
  write(chunk: Buffer): Promise<void>
  /** @throws {AshlarError} FILE_LIMIT, FILE_PATH_INVALID when a folder is in its place or a file in that of its folder */
  end(): Promise<FileEntry>
  /** Leaves nothing. Does nothing after its end. */
  abort(): Promise<void>
}

/** Where workspaces are kept: a back end. `workspace-store.test.ts` says what each must do. */
export interface WorkspaceStore {
  /**
   * Finds or makes a workspace. Workers that do so at the same moment get the same.
   *
   * @param id the UUID v7 of an execution
   * @param origins ids of others: a new one begins with the files of the first of them that is there
   */
  open(id: string, origins: readonly string[]): Promise<Workspace>
  /** Ids of workspaces whose executions began before a time, in sets; some of the last hours before it may be left out. */
  listOlder(than: Date): AsyncIterable<string[]>
  /** All of it at once; one that is not there is removed already. */
  remove(id: string): Promise<void>
  /** Clears what processes have left that ended in the middle of something. */
  sweep(): Promise<void>
}
