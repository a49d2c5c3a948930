/** What a block does with the files of its execution: see {@link Files}. */
export type FilesGrant = 'read' | 'write'

/**
 * The files of the execution, which its blocks share with those of the graphs that it runs. An execution that continues or
 * repeats another begins with a copy of that one's; they are removed some time after it has ended, as its events are.
 *
 * A path is names between slashes, like `reports/june.csv`: at most 1024 bytes and 32 names of 255 bytes each, without `.`, `..`,
 * controls, `\ : < > " | ? *` and names of devices; it is brought to Unicode's form C. Folders come and go with their files. A file
 * may have 256 MiB, an execution 1 GiB and 10 000 files and folders, a run 16 files open.
 *
 * Refusals reject with an error whose `code` is FILE_NOT_FOUND, FILE_LIMIT or FILE_PATH_INVALID. A block that has only read
 * runs again after a crash of its worker, and may read what other blocks have written since. A block that has completed or deleted a
 * file does not run again unless it declares `onCrash: 'retry'`. This setting is safe for a block that only writes files, because a
 * write replaces the whole file.
 */
export interface Files {
  /** All of it, in memory. */
  read(path: string): Promise<Uint8Array<ArrayBuffer>>
  /** As UTF-8. */
  readText(path: string): Promise<string>
  /** As it is now, whatever takes its place while it is read. A stream that is not read to its end must be cancelled. */
  open(path: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>
  /** Makes or replaces a file. It appears when all of it was written; where that fails, what was there stays. */
  write(path: string, data: string | Uint8Array | Blob | ReadableStream<Uint8Array>): Promise<FileEntry>
  /** All files of a folder and of those in it, by their paths. @default of all folders */
  list(folder?: string): Promise<FileEntry[]>
  /** @returns null when there is no such file */
  stat(path: string): Promise<FileEntry | null>
  /** Does nothing where there is no such file. */
  delete(path: string): Promise<void>
}

export interface FileEntry {
  readonly path: string
  readonly bytes: number
  readonly modifiedAt: Date
}
