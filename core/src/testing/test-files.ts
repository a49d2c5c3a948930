import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { createFilesHost } from '../capabilities/files/index.ts'
import { createTestCaller } from './test-caller.ts'
import { createFolderStore, type WorkspaceLimits } from '../workspaces/index.ts'

export interface TestFilesOptions {
  dir: string
  limits?: Partial<WorkspaceLimits>
}

/** Files of executions, accessed through the host calls of block runs. */
export interface TestFiles {
  /** Starts the run of a block. @default a run in a new execution of a new owner that may read and write */
  run(options?: TestRunOptions): TestFilesRun
  /** Waits until everything that ended runs left open is closed. */
  settled(): Promise<void>
  /** Ends all runs. */
  close(): Promise<void>
}

interface TestRunOptions {
  executionId?: string
  ownerId?: string
  grant?: ('read' | 'write')[]
}

/** The files of one run, accessed through the host calls of its guest. */
export interface TestFilesRun {
  perform(method: string, ...args: unknown[]): Promise<unknown>
  write(path: unknown, text: string): Promise<unknown>
  read(path: unknown): Promise<string>
  /** Ends the run. */
  end(): void
}

export function createTestFiles({ dir, limits = {} }: TestFilesOptions): TestFiles {
  const store = createFolderStore(dir, limits)
  const host = createFilesHost({ openFor: (id) => store.open(id, []) }, limits)
  const ends: (() => void)[] = []
  return {
    run({ executionId = randomUUIDv7(), ownerId = randomUUID(), grant = ['read', 'write'] }: TestRunOptions = {}) {
      const session = host.createSession(createTestCaller({ id: executionId, ownerId, capabilities: { files: grant } }))
      const perform = (method: string, ...args: unknown[]): Promise<unknown> => session.perform(method, args)
      const end = session.close
      ends.push(end)
      return { perform, write: (...args) => write(perform, ...args), read: (path) => read(perform, path), end }
    },
    settled: async () => host.close?.(),
    async close() {
      for (const end of ends) end()
      await host.close?.()
    },
  }
}

async function write(perform: TestFilesRun['perform'], path: unknown, text: string): Promise<unknown> {
  const id = await perform('files.create', path)
  await perform('files.write', id, Buffer.from(text).toString('base64'))
  return perform('files.end', id)
}

async function read(perform: TestFilesRun['perform'], path: unknown): Promise<string> {
  const { id } = (await perform('files.open', path)) as { id: number }
  const chunks: Buffer[] = []
  for (let chunk = await perform('files.read', id); typeof chunk === 'string'; chunk = await perform('files.read', id))
    chunks.push(Buffer.from(chunk, 'base64'))
  return Buffer.concat(chunks).toString()
}

/** Returns a UUID v7 of another time. */
export function uuidAt(ms: number): string {
  const time = Math.floor(ms).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}${randomUUIDv7().slice(13)}`
}
