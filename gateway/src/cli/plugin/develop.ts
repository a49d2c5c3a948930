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

export interface Development {
  /** Absolute path of the package. */
  folder: string
  api: PluginApi
  /** Ends it. */
  signal: AbortSignal
  onEvent(event: DevEvent): void
}

/** A third of the time after which the server forgets the plugin. */
const RENEW_EVERY_MS = 5000

/** Gives a plugin to a server at every change of its source, and takes it away at the end. */
export async function develop(development: Development): Promise<void> {
  const { folder, api, signal } = development
  const watcher = watchFolder(folder, signal)
  const shown = new ShownPlugin(development)
  const timer = setInterval(() => void shown.renew(), RENEW_EVERY_MS)
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

/** What the server has. */
class ShownPlugin {
  draft: Draft | undefined
  readonly #development: Development
  /** That a server has gone away is told once. */
  #isLost = false

  constructor(development: Development) {
    this.#development = development
  }

  /** @throws {AshlarError} when it does not load */
  async show(workbench: Workbench, startedAt: number): Promise<void> {
    const { api, onEvent } = this.#development
    const bundle = await workbench.bundle()
    const { version } = workbench.source
    const isSame = this.draft?.bundle.digest === bundle.digest && this.draft.plugin.version === version
    if (isSame) return
    const draft = await workbench.describe(bundle)
    const { packageName, name, blocks } = draft.plugin
    await api.setDevPlugin({ packageName, version, bundle: bundle.code })
    const before = this.draft?.plugin.packageName
    if (before !== undefined && before !== packageName) await api.removeDevPlugin(before)
    this.draft = draft
    const ms = Math.round(performance.now() - startedAt)
    onEvent({ event: 'loaded', packageName, version, plugin: name, blocks: blocks.length, digest: bundle.digest, ms })
    await this.#test(workbench, draft)
  }

  async #test(workbench: Workbench, draft: Draft): Promise<void> {
    const { folder, onEvent } = this.#development
    onEvent({ event: 'tested', results: await locate(folder, draft, await workbench.test(draft)) })
  }

  /** Says that it is still developed; a server that was started anew gets it again. */
  async renew(): Promise<void> {
    const { api } = this.#development
    const { packageName, version } = this.draft?.plugin ?? {}
    if (packageName === undefined || version === undefined) return
    try {
      await api.renewDevPlugin(packageName).catch(async (error: unknown) => {
        if (!(error instanceof AshlarError) || error.code !== 'NOT_FOUND') throw error
        await api.setDevPlugin({ packageName, version, bundle: this.draft?.bundle.code ?? '' })
      })
      this.#isLost = false
    } catch (error) {
      if (!this.#isLost) tellFailure(this.#development, error)
      this.#isLost = true
    }
  }
}

function tellFailure({ onEvent }: Development, error: unknown): void {
  const isOurs = error instanceof AshlarError
  const code = isOurs ? error.code : 'SERVER_UNREACHABLE'
  onEvent({ event: 'failed', code, message: messageOf(error), faults: isOurs ? (error.details.faults ?? []) : [] })
}
