/** The files of an execution. A path is a list of names, see `parseWorkspacePath`. Only complete files are visible. */
export interface Workspace {
  /** @throws {AshlarError} FILE_NOT_FOUND */
  open(path: readonly string[]): Promise<FileReader>
  /**
   * Starts a file. When it ends, it replaces the existing file at the path.
   *
   * @throws {AshlarError} FILE_LIMIT FILE_PATH_INVALID
   */
  create(path: readonly string[]): Promise<FileWriter>
  /** @returns null when the file does not exist */
  stat(path: readonly string[]): Promise<FileEntry | null>
  /**
   * Deletes a file, if it exists, and the folders that become empty.
   *
   * @throws {AshlarError} FILE_PATH_INVALID for a folder
   */
  delete(path: readonly string[]): Promise<void>
  /**
   * Returns the first files in a folder and its subfolders whose paths come after `after`, in the order of UTF-16 code
   * units.
   */
  list(folder: readonly string[], after: string, first: number): Promise<FileEntry[]>
}

/** The files of an execution, for its owner. */
export interface OwnedWorkspace extends Workspace {
  /** Opens the part of a file that begins at a byte. @throws {AshlarError} FILE_NOT_FOUND */
  open(path: readonly string[], start?: number): Promise<FileReader>
  /** Returns all files, in no particular order. */
  listAll(): Promise<FileEntry[]>
}

export interface FileEntry {
  path: string
  bytes: number
  modifiedAt: Date
}

/** A file as it was when it was opened, even if it is replaced later. */
export interface FileReader {
  readonly bytes: number
  /** @returns the next chunk of at most `CHUNK_BYTES`, null at the end */
  read(): Promise<Buffer | null>
  /** Idempotent. */
  close(): Promise<void>
}

/** An unfinished file, which is not visible. A failure aborts it. */
export interface FileWriter {
  /** @throws {AshlarError} FILE_LIMIT */
  write(chunk: Buffer): Promise<void>
  /**
   * @throws {AshlarError} FILE_LIMIT, FILE_PATH_INVALID when the path is a folder, or a folder of the path is a file
   */
  end(): Promise<FileEntry>
  /** Discards the file. Does nothing after `end`. */
  abort(): Promise<void>
}

/** A back end that stores workspaces. `workspace-store.test.ts` specifies its behaviour. */
export interface WorkspaceStore {
  /**
   * Opens a workspace, or creates it. Concurrent calls of several workers open the same workspace.
   *
   * @param id the UUID v7 of an execution
   * @param origins ids of other workspaces. A new workspace starts with the files of the first one that exists.
   */
  open(id: string, origins: readonly string[]): Promise<Workspace>
  /** Opens a workspace that exists. Creates nothing. */
  find(id: string): Promise<OwnedWorkspace | undefined>
  /**
   * Lists the ids of workspaces whose executions started before a time, in batches. May omit some of the last hours
   * before the time.
   */
  listOlder(than: Date): AsyncIterable<string[]>
  /** Removes a workspace as a whole, if it exists. */
  remove(id: string): Promise<void>
  /** Deletes the remains of interrupted operations. */
  sweep(): Promise<void>
}
