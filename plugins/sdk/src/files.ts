/** How a block accesses the files of its execution: see {@link Files}. */
export type FilesGrant = 'read' | 'write'

/**
 * The files of the execution. All its blocks share them, including those of child executions. An execution that
 * continues or repeats another one starts with a copy of that execution's files. Ashlar removes the files some time
 * after the execution has ended, together with its events.
 *
 * A path consists of names separated by slashes, such as `reports/june.csv`: at most 1024 bytes and 32 names of 255
 * bytes each, without `.`, `..`, control characters, `\ : < > " | ? *` and device names. Ashlar normalizes it to
 * Unicode form C. A folder exists as long as it contains files. The limits are 256 MiB per file, 1 GiB and 10 000 files
 * and folders per execution, and 16 open files per run.
 *
 * Calls reject with an error whose `code` is FILE_NOT_FOUND, FILE_LIMIT or FILE_PATH_INVALID. A block that has only
 * read files runs again after its worker crashes, and may then read what other blocks have written since. A block that
 * has completed or deleted a file does not run again unless it declares `onCrash: 'retry'`. This setting is safe for a
 * block that only writes files, because a write replaces the whole file.
 */
export interface Files {
  /** Reads the whole file into memory. */
  read(path: string): Promise<Uint8Array<ArrayBuffer>>
  /** Reads the file as UTF-8. */
  readText(path: string): Promise<string>
  /**
   * Streams the current content, even if the file is replaced during the read. Cancel a stream that you do not read to
   * the end.
   */
  open(path: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
  /**
   * Creates or replaces a file. The change is visible once all data is written. If the write fails, the old file
   * remains.
   */
  write(path: string, data: string | Uint8Array | Blob | ReadableStream<Uint8Array>): Promise<FileEntry>
  /** Lists all files of a folder and its subfolders, by path. @default all folders */
  list(folder?: string): Promise<FileEntry[]>
  /** @returns null when the file does not exist */
  stat(path: string): Promise<FileEntry | null>
  /** Deletes a file if it exists. */
  delete(path: string): Promise<void>
}

export interface FileEntry {
  readonly path: string
  readonly bytes: number
  readonly modifiedAt: Date
}
