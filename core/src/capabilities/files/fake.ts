import { z } from 'zod'
import { AshlarError, showValue } from '../../base/index.ts'
import { CHUNK_BYTES, DEFAULT_WORKSPACE_LIMITS, type FileEntry, type Workspace } from '../../workspaces/index.ts'

/** `files` in the `Fakes` of the SDK: contents by path. */
export const filesFakeSchema = z.record(z.string(), z.union([z.string(), z.strictObject({ base64: z.base64() })])).default({})

type InitialFiles = z.output<typeof filesFakeSchema>

export function readInitialFiles(files: InitialFiles): Map<string, Buffer> {
  const toContent = (file: InitialFiles[string]): Buffer =>
    typeof file === 'string' ? Buffer.from(file) : Buffer.from(file.base64, 'base64')
  return new Map(Object.entries(files).map(([path, file]) => [path.normalize('NFC'), toContent(file)]))
}

const { maxEntries, maxFileBytes, maxWorkspaceBytes } = DEFAULT_WORKSPACE_LIMITS

function overLimit(what: string): AshlarError {
  return new AshlarError('FILE_LIMIT', `files: ${what}`)
}

function countBytes(files: ReadonlyMap<string, Buffer>): number {
  return files.values().reduce((sum, content) => sum + content.length, 0)
}

/**
 * Keeps files in memory, with the limits of real workspaces. Folders do not count.
 *
 * @param files contents by path; it is modified
 */
export function createFakeWorkspace(files: Map<string, Buffer>): Workspace {
  const toEntry = (path: string, content: Buffer): FileEntry => ({ path, bytes: content.length, modifiedAt: new Date(0) })
  return {
    open(names) {
      const path = names.join('/')
      const content = files.get(path)
      if (!content) return Promise.reject(new AshlarError('FILE_NOT_FOUND', `files: the file ${showValue(path)} does not exist`))
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
        return Promise.reject(overLimit(`an execution may have at most ${maxEntries} files and folders`))
      const chunks: Buffer[] = []
      let bytes = 0
      const end = (): Promise<FileEntry> => {
        const content = Buffer.concat(chunks)
        files.set(path, content)
        return Promise.resolve(toEntry(path, content))
      }
      return Promise.resolve({
        async write(chunk) {
          bytes += chunk.length
          if (bytes > maxFileBytes) throw overLimit(`a file may have at most ${maxFileBytes} bytes`)
          if (bytes + countBytes(files) > maxWorkspaceBytes)
            throw overLimit(`the files of an execution may have at most ${maxWorkspaceBytes} bytes in total`)
          chunks.push(Buffer.from(chunk))
        },
        end,
        abort: () => Promise.resolve(),
      })
    },
    stat(names) {
      const content = files.get(names.join('/'))
      return Promise.resolve(content ? toEntry(names.join('/'), content) : null)
    },
    delete: (names) => Promise.resolve(void files.delete(names.join('/'))),
    list(folder, after, first) {
      const prefix = folder.length > 0 ? `${folder.join('/')}/` : ''
      const paths = [...files.keys()].filter((path) => path.startsWith(prefix) && path > after).toSorted()
      return Promise.resolve(paths.slice(0, first).map((path) => toEntry(path, files.get(path) ?? Buffer.alloc(0))))
    },
  }
}
