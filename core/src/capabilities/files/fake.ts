import { AshlarError, showValue } from '../../errors/index.ts'
import { CHUNK_BYTES, DEFAULT_WORKSPACE_LIMITS, type FileEntry, type Workspace } from '../../workspaces/index.ts'
import type { Fakes } from '../fakes.ts'

export function filesAtFirst(files: Fakes['files']): Map<string, Buffer> {
  const contentOf = (file: Fakes['files'][string]): Buffer =>
    typeof file === 'string' ? Buffer.from(file) : Buffer.from(file.base64, 'base64')
  return new Map(Object.entries(files).map(([path, file]) => [path.normalize('NFC'), contentOf(file)]))
}

const { maxEntries, maxFileBytes, maxWorkspaceBytes } = DEFAULT_WORKSPACE_LIMITS

function over(what: string): AshlarError {
  return new AshlarError('FILE_LIMIT', `files: ${what}`)
}

function bytesOf(files: ReadonlyMap<string, Buffer>): number {
  return files.values().reduce((sum, content) => sum + content.length, 0)
}

/** Files in memory, in the map it is given, with the limits of real ones; folders are not counted. @param files contents by path */
export function createFakeWorkspace(files: Map<string, Buffer>): Workspace {
  const entryOf = (path: string, content: Buffer): FileEntry => ({ path, bytes: content.length, modifiedAt: new Date(0) })
  return {
    open(names) {
      const path = names.join('/')
      const content = files.get(path)
      if (!content) return Promise.reject(new AshlarError('FILE_NOT_FOUND', `files: there is no file ${showValue(path)}`))
      let at = 0
      const read = (): Promise<Buffer | null> => {
        const chunk = content.subarray(at, (at += CHUNK_BYTES))
        return Promise.resolve(chunk.length > 0 ? chunk : null)
      }
      return Promise.resolve({ bytes: content.length, read, close: () => Promise.resolve() })
    },
    create(names) {
      const path = names.join('/')
      if (!files.has(path) && files.size >= maxEntries)
        return Promise.reject(over(`an execution may have ${maxEntries} files and folders`))
      const chunks: Buffer[] = []
      let bytes = 0
      const end = (): Promise<FileEntry> => {
        const content = Buffer.concat(chunks)
        files.set(path, content)
        return Promise.resolve(entryOf(path, content))
      }
      return Promise.resolve({
        async write(chunk) {
          bytes += chunk.length
          if (bytes > maxFileBytes) throw over(`a file may have ${maxFileBytes} bytes`)
          if (bytes + bytesOf(files) > maxWorkspaceBytes)
            throw over(`those of an execution may have ${maxWorkspaceBytes} bytes together`)
          chunks.push(Buffer.from(chunk))
        },
        end,
        abort: () => Promise.resolve(),
      })
    },
    stat(names) {
      const content = files.get(names.join('/'))
      return Promise.resolve(content ? entryOf(names.join('/'), content) : null)
    },
    delete: (names) => Promise.resolve(void files.delete(names.join('/'))),
    list(folder, after, first) {
      const prefix = folder.length > 0 ? `${folder.join('/')}/` : ''
      const paths = [...files.keys()].filter((path) => path.startsWith(prefix) && path > after).toSorted()
      return Promise.resolve(paths.slice(0, first).map((path) => entryOf(path, files.get(path) ?? Buffer.alloc(0))))
    },
  }
}
