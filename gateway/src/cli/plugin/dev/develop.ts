import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { AshlarError, createWorkbench, ERROR_CODES, type Draft, type Workbench } from '@ashlar/core'
import type { PluginApi } from '../../../client/index.ts'
import { toPrintedError, type PrintedError } from '../../command/printed-error.ts'
import { locate, type LocatedResult } from './test.ts'
import { watchFolder } from './watch-folder.ts'

/** An event in the development of a plugin. */
export type DevEvent =
  /** The server has loaded the plugin, `ms` after the change. */
  | { event: 'loaded'; packageName: string; version: string; plugin: string; blocks: number; digest: string; ms: number }
  /** The plugin does not load. The server keeps the previous version. */
  | ({ event: 'failed' } & PrintedError)
  | { event: 'tested'; results: LocatedResult[] }
  /** A debugger can attach. `path` is the path of a WebSocket of the server. */
  | { event: 'inspectable'; path: string }

interface Development {
  /** Absolute path of the package. */
  folder: string
  api: PluginApi
  /** Ends the development. */
  signal: AbortSignal
  /** Whether debuggers can attach. @default false */
  inspect?: boolean
  /** Interval of renewals. @default 5000, a third of the time after which the server removes the plugin */
  renewEveryMs?: number
  onEvent(event: DevEvent): void
}

/** Loads a plugin into a server on every change of its source, and removes it at the end. */
export async function develop(development: Development): Promise<void> {
  const { folder, signal, renewEveryMs = 5000 } = development
  const watcher = await watchFolder(folder, signal)
  const loaded = new LoadedPlugin(development)
  const timer = setInterval(() => void loaded.renew(), renewEveryMs)
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
        await loaded.update(workbench, startedAt)
      } catch (error) {
        if (!signal.aborted) loaded.fail(error)
      }
    }
  } finally {
    clearInterval(timer)
    watcher.close()
    await workbench?.close()
    await loaded.remove()
  }
}

/**
 * The plugin on the server. While the server does not respond, the plugin that it receives later. Requests run one
 * after the other, because an older draft could otherwise arrive last.
 */
class LoadedPlugin {
  readonly #development: Development
  #draft: Draft | undefined
  /** Version of the SDK that the plugin is made for. */
  #sdk: string | undefined
  /** Digest of the bundle on the server. */
  #digest = ''
  /** Whether the server has the draft, according to the last response. */
  #isLoaded = false
  /** Whether the current source does not load. The failure has been reported. */
  #isBroken = false
  /** Whether the server does not respond. The failure has been reported. */
  #isLost = false
  #isRenewing = false
  #inspectorPath: string | undefined
  #reportedPath: string | undefined
  #queue: Promise<void> = Promise.resolve()

  constructor(development: Development) {
    this.#development = development
  }

  /**
   * Sends the plugin to the server if it has changed or a failure is over.
   *
   * @throws {AshlarError} when it does not load
   */
  async update(workbench: Workbench, startedAt: number): Promise<void> {
    const bundle = await workbench.bundle()
    const { version, sdk } = workbench.pluginPackage
    const before = this.#draft
    // If only lines have moved, the code is the same but the positions of errors differ.
    const isSame =
      before?.bundle.digest === bundle.digest && before.bundle.map === bundle.map && before.plugin.version === version
    if (isSame && !this.#isBroken && !this.#isLost) return
    const draft = await workbench.describe(bundle)
    await this.#inTurn(async () => {
      this.#sdk = sdk
      await this.#send(draft)
      this.#isBroken = false
      this.#isLost = false
      this.#reportLoaded(draft, startedAt)
      this.#reportInspector()
    })
    void this.#test(workbench, draft)
  }

  fail(error: unknown): void {
    if (isTemporary(error)) this.#isLost = true
    else this.#isBroken = true
    this.#development.onEvent({ event: 'failed', ...toPrintedError(error) })
  }

  /** Renews the plugin on the server. Sends it again to a restarted server. */
  async renew(): Promise<void> {
    if (this.#isRenewing) return
    this.#isRenewing = true
    await this.#inTurn(() => this.#renew()).catch((error: unknown) => {
      if (!this.#isLost) this.#development.onEvent({ event: 'failed', ...toPrintedError(error) })
      this.#isLost = true
    })
    this.#isRenewing = false
  }

  async #renew(): Promise<void> {
    const startedAt = performance.now()
    const draft = this.#draft
    if (!draft) return
    if (this.#isLoaded)
      await this.#development.api.renewDevPlugin(draft.plugin.packageName).catch((error: unknown) => {
        if (!(error instanceof AshlarError) || error.code !== 'NOT_FOUND') throw error
        this.#isLoaded = false
      })
    if (!this.#isLoaded) await this.#send(draft)
    if (this.#isLost && !this.#isBroken) this.#reportLoaded(draft, startedAt)
    this.#isLost = false
    this.#reportInspector()
  }

  remove(): Promise<void> {
    return this.#inTurn(() => this.#remove(this.#draft))
  }

  /**
   * A draft that the server rejects does not replace the previous one. A draft that does not reach the server is sent
   * again.
   */
  async #send(draft: Draft): Promise<void> {
    const { api, inspect, folder } = this.#development
    const { packageName, version } = draft.plugin
    const before = this.#draft
    try {
      const inspectable = inspect ?? false
      const maps = mapFor(folder, draft.bundle, inspectable)
      const sdk = this.#sdk !== undefined && { sdk: this.#sdk }
      this.#digest = await api.setDevPlugin({ packageName, version, bundle: draft.bundle.code, ...sdk, ...maps, inspectable })
      this.#isLoaded = true
      this.#draft = draft
      if (inspect) this.#inspectorPath = await api.inspectDevPlugin(packageName)
    } catch (error) {
      if (isTemporary(error)) {
        this.#isLoaded = false
        this.#draft = draft
      }
      throw error
    }
    if (before?.plugin.packageName !== packageName) await this.#remove(before)
  }

  async #remove(draft: Draft | undefined): Promise<void> {
    // the server soon removes it without a renewal
    if (draft) await this.#development.api.removeDevPlugin(draft.plugin.packageName).catch(() => undefined)
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(work, work)
    return this.#queue
  }

  #reportLoaded({ plugin }: Draft, startedAt: number): void {
    const { packageName, version, name, blocks } = plugin
    const ms = Math.round(performance.now() - startedAt)
    const facts = { packageName, version, plugin: name, blocks: blocks.length, digest: this.#digest }
    this.#development.onEvent({ event: 'loaded', ...facts, ms })
  }

  /** The path changes when the server restarts. */
  #reportInspector(): void {
    const path = this.#inspectorPath
    if (path !== undefined && path !== this.#reportedPath) this.#development.onEvent({ event: 'inspectable', path })
    this.#reportedPath = path
  }

  /** Tests the draft in the background. Discards the results if the source changes first. */
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

/** Whether a retry may succeed: the server does not respond or is busy. */
function isTemporary(error: unknown): boolean {
  return !(error instanceof AshlarError) || ERROR_CODES[error.code].retryable
}

/** Omits the source and its location on this machine unless a debugger needs them. */
function mapFor(folder: string, { map }: Draft['bundle'], inspectable: boolean): { sourceMap: string; sourceRoot?: string } {
  if (inspectable) return { sourceMap: map, sourceRoot: pathToFileURL(join(folder, '/')).href }
  const { sourcesContent: _, ...positions } = JSON.parse(map) as { sourcesContent: string[] }
  return { sourceMap: JSON.stringify(positions) }
}
