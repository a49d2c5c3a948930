import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { AshlarError, createWorkbench, messageOf, type Draft, type Fault, type Workbench } from '@ashlar/core'
import type { PluginApi } from '../../client/index.ts'
import { locate, type LocatedResult } from './test.ts'
import { watchFolder } from './watch-folder.ts'

/** What happens while a plugin is developed. */
export type DevEvent =
  /** The server has it; `ms` from the change on. */
  | { event: 'loaded'; packageName: string; version: string; plugin: string; blocks: number; digest: string; ms: number }
  /** It does not load: the server keeps what it had. */
  | { event: 'failed'; code: string; message: string; faults: readonly Fault[] }
  | { event: 'tested'; results: LocatedResult[] }
  /** A debugger gets in here: the path of a WebSocket of the server. */
  | { event: 'inspectable'; path: string }

export interface Development {
  /** Absolute path of the package. */
  folder: string
  api: PluginApi
  /** Ends it. */
  signal: AbortSignal
  /** Whether a debugger is to get in. */
  inspect?: boolean
  /** How often the server hears that it goes on. @default 5000, a third of the time after which it forgets the plugin */
  renewEveryMs?: number
  onEvent(event: DevEvent): void
}

/** Gives a plugin to a server at every change of its source, and takes it away at the end. */
export async function develop(development: Development): Promise<void> {
  const { folder, api, signal, renewEveryMs = 5000 } = development
  const watcher = await watchFolder(folder, signal)
  const shown = new ShownPlugin(development)
  const timer = setInterval(() => void shown.renew(), renewEveryMs)
  let workbench: Workbench | undefined
  try {
    for (let changed = new Set(['package.json']); !signal.aborted; changed = await watcher.next()) {
      const startedAt = performance.now()
      try {
        if (changed.has('package.json')) {
          await workbench?.close()
          workbench = undefined
        }
        workbench ??= await createWorkbench(folder)
        await shown.show(workbench, startedAt)
      } catch (error) {
        if (!signal.aborted) tellFailure(development, error)
      }
    }
  } finally {
    clearInterval(timer)
    watcher.close()
    await workbench?.close()
    if (shown.draft) await api.removeDevPlugin(shown.draft.plugin.packageName).catch(() => undefined) // it is forgotten soon
  }
}

/** What the server has, or is to have when it answers again. */
class ShownPlugin {
  draft: Draft | undefined
  readonly #development: Development
  /** Whether the server has the draft, as far as is known. */
  #isThere = false
  #isRenewing = false
  /** That a server has gone away is told once. */
  #isLost = false
  #inspectorPath: string | undefined

  constructor(development: Development) {
    this.#development = development
  }

  /** @throws {AshlarError} when it does not load */
  async show(workbench: Workbench, startedAt: number): Promise<void> {
    const { onEvent } = this.#development
    const bundle = await workbench.bundle()
    const { version } = workbench.source
    const isSame = this.draft?.bundle.digest === bundle.digest && this.draft.plugin.version === version
    if (isSame) return
    const draft = await workbench.describe(bundle)
    const { packageName, name, blocks } = draft.plugin
    await this.#send(draft)
    const ms = Math.round(performance.now() - startedAt)
    onEvent({ event: 'loaded', packageName, version, plugin: name, blocks: blocks.length, digest: bundle.digest, ms })
    void this.#test(workbench, draft)
  }

  /** What the server refuses does not take the place of what it has; what does not reach it is sent again. */
  async #send(draft: Draft): Promise<void> {
    const { api, inspect, folder } = this.#development
    const { packageName, version } = draft.plugin
    try {
      const sourceMap = inspect && { sourceMap: mapFor(folder, draft.bundle) }
      await api.setDevPlugin({ packageName, version, bundle: draft.bundle.code, ...sourceMap })
      this.#isThere = true
      if (inspect) this.#tellInspector(await api.inspectDevPlugin(packageName))
    } catch (error) {
      if (error instanceof AshlarError) throw error
      this.#isThere = false
      this.draft = draft
      throw error
    }
    const before = this.draft?.plugin.packageName
    this.draft = draft
    if (before !== undefined && before !== packageName) await api.removeDevPlugin(before)
  }

  #tellInspector(path: string): void {
    if (path !== this.#inspectorPath) this.#development.onEvent({ event: 'inspectable', path })
    this.#inspectorPath = path
  }

  /** Nobody waits for it: the next change is shown meanwhile, and then nobody asks any more. */
  async #test(workbench: Workbench, draft: Draft): Promise<void> {
    const { folder, signal, onEvent } = this.#development
    const isOver = (): boolean => signal.aborted || this.draft !== draft
    try {
      const results = await locate(folder, draft, await workbench.test(draft))
      if (!isOver()) onEvent({ event: 'tested', results })
    } catch (error) {
      if (!isOver()) tellFailure(this.#development, error)
    }
  }

  /** Says that it is still developed; a server that was started anew gets it again. */
  async renew(): Promise<void> {
    const { api } = this.#development
    const { draft } = this
    if (!draft || this.#isRenewing) return
    this.#isRenewing = true
    try {
      if (this.#isThere)
        await api.renewDevPlugin(draft.plugin.packageName).catch(async (error: unknown) => {
          if (!(error instanceof AshlarError) || error.code !== 'NOT_FOUND') throw error
          await this.#send(draft)
        })
      else await this.#send(draft)
      this.#isLost = false
    } catch (error) {
      if (!this.#isLost) tellFailure(this.#development, error)
      this.#isLost = true
    } finally {
      this.#isRenewing = false
    }
  }
}

/** A debugger finds the sources where their author has them. */
function mapFor(folder: string, { map }: Draft['bundle']): string {
  const parsed = JSON.parse(map) as { sources: string[] }
  return JSON.stringify({ ...parsed, sources: parsed.sources.map((path) => pathToFileURL(join(folder, path)).href) })
}

function tellFailure({ onEvent }: Development, error: unknown): void {
  const isOurs = error instanceof AshlarError
  const code = isOurs ? error.code : 'SERVER_UNREACHABLE'
  onEvent({ event: 'failed', code, message: messageOf(error), faults: isOurs ? (error.details.faults ?? []) : [] })
}
