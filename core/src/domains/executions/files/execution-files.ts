import type pg from 'pg'
import {
  AshlarError,
  isUuid,
  sortPage,
  toOwnerIds,
  type Owners,
  type Page,
  type PageRequest,
  type Position,
} from '../../../base/index.ts'
import { parseWorkspacePath, type FileReader, type Workspaces } from '../../../workspaces/index.ts'
import { createDownloadTokens, type DownloadTokens } from './download-tokens.ts'
import { findMediaType } from './media-type.ts'

/** A file that an execution has stored. */
export interface ExecutionFile {
  executionId: string
  /** The account that owns the execution. */
  ownerId: string
  /** Relative to the workspace, with `/`. */
  path: string
  bytes: number
  /** By the extension of the name. Undefined if it is unknown, or if a browser could run a file of this type. */
  mediaType: string | undefined
  modifiedAt: Date
}

export interface ExecutionFileFilter {
  /** Only files whose path starts with this text. */
  pathPrefix?: string | undefined
}

export type ExecutionFileRequest = PageRequest<ExecutionFileFilter, 'PATH' | 'SIZE' | 'MODIFIED_AT'>

/** The path of a URL that downloads a file without further authentication. */
export interface FileDownload {
  /** `/files/<token>` */
  url: string
  expiresAt: Date
}

/** A file that is being downloaded. The caller closes the reader. */
interface OpenDownload {
  name: string
  mediaType: string | undefined
  reader: FileReader
}

/** The files of the executions of users. The executions of one tree share their files. */
export interface ExecutionFiles {
  /**
   * Returns one page of the files of each execution, with one statement. An execution of another owner is missing in
   * the result. An installation without a folder for files has none.
   */
  list(owners: Owners, executionIds: readonly string[], request: ExecutionFileRequest): Promise<Map<string, Page<ExecutionFile>>>
  /**
   * Creates a link to a file that expires after ten minutes.
   *
   * @throws {AshlarError} FILE_PATH_INVALID, CONFIG_INVALID when the installation has no key
   */
  createDownload(ownerId: string, file: Pick<ExecutionFile, 'executionId' | 'path'>): FileDownload
  /**
   * Opens the file of a token.
   *
   * @param start of the part to read, in bytes. @default 0
   * @throws {AshlarError} NOT_FOUND when the token is unknown or has expired, or the file does not exist
   */
  openDownload(token: string, start?: number): Promise<OpenDownload>
}

/** The path at which a gateway serves downloads. The token follows. */
export const DOWNLOAD_PATH = '/files/'
const EXPIRY_MS = 10 * 60_000

interface FileParts {
  pool: pg.Pool
  workspaces: Workspaces | undefined
  /** @default none: downloads cannot be signed */
  secretKeys?: readonly string[]
}

export function createExecutionFiles({ secretKeys = [], ...parts }: FileParts): ExecutionFiles {
  return new ExecutionFileService(parts, createDownloadTokens(secretKeys))
}

class ExecutionFileService implements ExecutionFiles {
  readonly #parts: Omit<FileParts, 'secretKeys'>
  readonly #tokens: DownloadTokens

  constructor(parts: Omit<FileParts, 'secretKeys'>, tokens: DownloadTokens) {
    this.#parts = parts
    this.#tokens = tokens
  }

  async list(owners: Owners, executionIds: readonly string[], request: ExecutionFileRequest): ReturnType<ExecutionFiles['list']> {
    const owned = await this.#findOwned(owners, executionIds)
    const workspaces = await this.#parts.workspaces?.find([...owned.keys()])
    const pages = new Map<string, Page<ExecutionFile>>()
    for (const [executionId, ownerId] of owned) {
      const files = (await workspaces?.get(executionId)?.listAll()) ?? []
      const matching = files
        .filter(({ path }) => path.startsWith(request.filter.pathPrefix ?? ''))
        .map((file): ExecutionFile => ({ executionId, ownerId, mediaType: findMediaType(file.path), ...file }))
      pages.set(
        executionId,
        sortPage(matching, request, (file) => locateFile(file, request.orderBy.field)),
      )
    }
    return pages
  }

  createDownload(ownerId: string, { executionId, path }: Pick<ExecutionFile, 'executionId' | 'path'>): FileDownload {
    const expiresAt = new Date(Date.now() + EXPIRY_MS)
    const normal = parseWorkspacePath(path).join('/')
    return { url: DOWNLOAD_PATH + this.#tokens.sign({ ownerId, executionId, path: normal }, expiresAt), expiresAt }
  }

  async openDownload(token: string, start = 0): Promise<OpenDownload> {
    const download = this.#tokens.verify(token)
    if (!download) throw notFound('this link is unknown or has expired: request a new one')
    const { ownerId, executionId } = download
    const workspaces = await this.#parts.workspaces?.find([...(await this.#findOwned(ownerId, [executionId])).keys()])
    const workspace = workspaces?.get(executionId)
    const path = parseWorkspacePath(download.path)
    try {
      if (!workspace) throw notFound('the file does not exist')
      const reader = await workspace.open(path, start)
      return { name: path.at(-1) ?? '', mediaType: findMediaType(download.path), reader }
    } catch (error) {
      if (error instanceof AshlarError && error.code.startsWith('FILE_')) throw notFound('the file does not exist', error)
      throw error
    }
  }

  /** @returns the owners of the executions, by id */
  async #findOwned(owners: Owners, executionIds: readonly string[]): Promise<Map<string, string>> {
    const { rows } = await this.#parts.pool.query<{ id: string; owner_id: string }>(
      'select id, owner_id from execution where id = any($1::uuid[]) and owner_id = any($2)',
      [[...new Set(executionIds)].filter(isUuid), toOwnerIds(owners)],
    )
    return new Map(rows.map(({ id, owner_id: owner }) => [id, owner]))
  }
}

/** The place of a file in a list. Numbers are padded, because positions are compared as text. */
export function locateFile(
  { path, bytes, modifiedAt }: ExecutionFile,
  field: 'PATH' | 'SIZE' | 'MODIFIED_AT' = 'PATH',
): Position {
  const value = { PATH: path, SIZE: pad(bytes), MODIFIED_AT: pad(modifiedAt.getTime()) }[field]
  return { value, id: path }
}

function pad(number: number): string {
  return String(number).padStart(16, '0')
}

function notFound(message: string, cause?: unknown): AshlarError {
  return new AshlarError('NOT_FOUND', message, { cause })
}
