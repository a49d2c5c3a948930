import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { AshlarError, createWorkbench, ERROR_CODES, type Draft, type Workbench } from '@ashlar/core'
import type { PluginApi } from '../../../client/index.ts'
import { toldError, type ToldError } from '../../command/told-error.ts'
import { locate, type LocatedResult } from './test.ts'
import { watchFolder } from './watch-folder.ts'

/** What happens while a plugin is developed. */
export type DevEvent =
  /** The server has it; `ms` from the change on. */
  | { event: 'loaded'; packageName: string; version: string; plugin: string; blocks: number; digest: string; ms: number }
  /** It does not load: the server keeps what it had. */
  | ({ event: 'failed' } & ToldError)
  | { event: 'tested'; results: LocatedResult[] }
  /** A debugger gets in here: the path of a WebSocket of the server. */
  | { event: 'inspectable'; path: string }

interface Development {
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
  const { folder, signal, renewEveryMs = 5000 } = development
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
        if (!signal.aborted) shown.fail(error)
      }
    }
  } finally {
    clearInterval(timer)
    watcher.close()
    await workbench?.close()
    await shown.remove()
  }
}

/** What the server has, or is to have when it answers again. It is asked one thing at a time: else an older draft might come last. */
class ShownPlugin {
  readonly #development: Development
  #draft: Draft | undefined
  /** Version of the SDK that it is made for. */
  #sdk: string | undefined
  /** As the server has it. */
  #digest = ''
  /** Whether the server has the draft, as far as is known. */
  #isThere = false
  /** What the author has now does not load, and that was told. */
  #isBroken = false
  /** The server has gone away, and that was told. */
  #isLost = false
  #isRenewing = false
  #inspectorPath: string | undefined
  #toldPath: string | undefined
  #asking: Promise<void> = Promise.resolve()

  constructor(development: Development) {
    this.#development = development
  }

  /** Tells it where that is new, or all is well again. @throws {AshlarError} when it does not load */
  async show(workbench: Workbench, startedAt: number): Promise<void> {
    const bundle = await workbench.bundle()
    const { version, sdk } = workbench.pluginPackage
    const before = this.#draft
    // Where lines have moved, the code is the same, and errors have other places.
    const isSame =
      before?.bundle.digest === bundle.digest && before.bundle.map === bundle.map && before.plugin.version === version
    if (isSame && !this.#isBroken && !this.#isLost) return
    const draft = await workbench.describe(bundle)
    await this.#inTurn(async () => {
      this.#sdk = sdk
      await this.#send(draft)
      this.#isBroken = false
      this.#isLost = false
      this.#tellLoaded(draft, startedAt)
      this.#tellInspector()
    })
    void this.#test(workbench, draft)
  }

  fail(error: unknown): void {
    if (mayPass(error)) this.#isLost = true
    else this.#isBroken = true
    this.#development.onEvent({ event: 'failed', ...toldError(error) })
  }

  /** Says to the server that it is still developed; one that was started anew gets it again. */
  async renew(): Promise<void> {
    if (this.#isRenewing) return
    this.#isRenewing = true
    await this.#inTurn(() => this.#renew()).catch((error: unknown) => {
      if (!this.#isLost) this.#development.onEvent({ event: 'failed', ...toldError(error) })
      this.#isLost = true
    })
    this.#isRenewing = false
  }

  async #renew(): Promise<void> {
    const startedAt = performance.now()
    const draft = this.#draft
    if (!draft) return
    if (this.#isThere)
      await this.#development.api.renewDevPlugin(draft.plugin.packageName).catch((error: unknown) => {
        if (!(error instanceof AshlarError) || error.code !== 'NOT_FOUND') throw error
        this.#isThere = false
      })
    if (!this.#isThere) await this.#send(draft)
    if (this.#isLost && !this.#isBroken) this.#tellLoaded(draft, startedAt)
    this.#isLost = false
    this.#tellInspector()
  }

  remove(): Promise<void> {
    return this.#inTurn(() => this.#remove(this.#draft))
  }

  /** What the server refuses does not take the place of what it has; what does not reach it is sent again. */
  async #send(draft: Draft): Promise<void> {
    const { api, inspect, folder } = this.#development
    const { packageName, version } = draft.plugin
    const before = this.#draft
    try {
      const inspectable = inspect ?? false
      const maps = mapFor(folder, draft.bundle, inspectable)
      const sdk = this.#sdk !== undefined && { sdk: this.#sdk }
      this.#digest = await api.setDevPlugin({ packageName, version, bundle: draft.bundle.code, ...sdk, ...maps, inspectable })
      this.#isThere = true
      this.#draft = draft
      if (inspect) this.#inspectorPath = await api.inspectDevPlugin(packageName)
    } catch (error) {
      if (mayPass(error)) {
        this.#isThere = false
        this.#draft = draft
      }
      throw error
    }
    if (before?.plugin.packageName !== packageName) await this.#remove(before)
  }

  async #remove(draft: Draft | undefined): Promise<void> {
    if (draft) await this.#development.api.removeDevPlugin(draft.plugin.packageName).catch(() => undefined) // it is forgotten soon
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#asking = this.#asking.then(work, work)
    return this.#asking
  }

  #tellLoaded({ plugin }: Draft, startedAt: number): void {
    const { packageName, version, name, blocks } = plugin
    const ms = Math.round(performance.now() - startedAt)
    const facts = { packageName, version, plugin: name, blocks: blocks.length, digest: this.#digest }
    this.#development.onEvent({ event: 'loaded', ...facts, ms })
  }

  /** It is another one when the server was started anew. */
  #tellInspector(): void {
    const path = this.#inspectorPath
    if (path !== undefined && path !== this.#toldPath) this.#development.onEvent({ event: 'inspectable', path })
    this.#toldPath = path
  }

  /** Nobody waits for it: the next change is shown meanwhile, and then nobody asks any more. */
  async #test(workbench: Workbench, draft: Draft): Promise<void> {
    const { folder, signal, onEvent } = this.#development
    const isOver = (): boolean => signal.aborted || this.#draft !== draft
    try {
      const results = await locate(folder, draft, await workbench.test(draft))
      if (!isOver()) onEvent({ event: 'tested', results })
    } catch (error) {
      if (!isOver()) this.fail(error)
    }
  }
}

/** Whether it may go well when it is tried again: so the server that does not answer, or has other cares. */
function mayPass(error: unknown): boolean {
  return !(error instanceof AshlarError) || ERROR_CODES[error.code].retryable
}

/** Only a debugger shows the source, and where it is on this machine. */
function mapFor(folder: string, { map }: Draft['bundle'], inspectable: boolean): { sourceMap: string; sourceRoot?: string } {
  if (inspectable) return { sourceMap: map, sourceRoot: pathToFileURL(join(folder, '/')).href }
  const { sourcesContent: _, ...positions } = JSON.parse(map) as { sourcesContent: string[] }
  return { sourceMap: JSON.stringify(positions) }
}
