import { Script } from 'node:vm'
import { z } from 'zod'
import { channelName, type Database } from '../../postgres/index.ts'
import { AshlarError, messageOf } from '../../base/index.ts'
import type { Inspector } from '../../sandbox/inspector/index.ts'
import type { Sandbox } from '../../sandbox/index.ts'
import { createPlugin } from '../../blocks/index.ts'
import { createBundle, ownerLine, trimSourceMap } from '../bundle/index.ts'
import { deleteDrafts, markDraft } from './draft-bundle-store.ts'
import { createDevInspectors, withSourceMap } from './dev-inspectors.ts'
import { describeBundle } from '../loading/index.ts'
import { packedSdkSchema, sdkFault, packageNameSchema, isVersion } from '../package/index.ts'
import type { PluginIndex, BundleStore, PluginRegistry } from '../registry/index.ts'
import { assertOwner, assertUnclaimed } from '../publishing/index.ts'

/**
 * Plugins that somebody is writing, on whatever machine: their bundles come as text, at every change. Each is a workspace of its own
 * (see `PluginIndex`) that goes before the others, is never trusted, and is gone when its author takes it away or has not been heard
 * of for 15 seconds. For the owner of the installation.
 */
export interface DevPlugins {
  /**
   * Puts it in, or in the place of what it was before.
   *
   * @throws {AshlarError} FORBIDDEN BAD_INPUT CONFLICT SDK_TOO_OLD DUPLICATE_BLOCK PLUGIN_LOAD_FAILED PLUGIN_INVALID MEMORY_LIMIT CPU_LIMIT TIMEOUT
   */
  set(userId: string, plugin: DevPlugin): Promise<void>
  /** Its author is still there. @throws {AshlarError} FORBIDDEN NOT_FOUND */
  renew(userId: string, packageName: string): Promise<void>
  /** @throws {AshlarError} FORBIDDEN NOT_FOUND */
  remove(userId: string, packageName: string): Promise<void>
  /**
   * Lets a debugger in: into what runs for this user of a plugin that is inspectable.
   *
   * @returns a token for {@link inspector}: whoever has it gets in
   * @throws {AshlarError} FORBIDDEN CONFLICT
   */
  inspect(userId: string, packageName: string): Promise<string>
  inspector(token: string): Inspector | undefined
}

interface DevPlugin {
  packageName: string
  version: string
  /** Its text, as `bundlePlugin` makes it. */
  bundle: string
  /** Of the bundle, JSON text: errors of its blocks then name places in the source. */
  sourceMap?: string | null | undefined
  /** Address of the package's folder, which a debugger puts before the paths of the sources. */
  sourceRoot?: string | null | undefined
  /** Whether a debugger may look into it, which needs a source map. @default with a source map */
  inspectable?: boolean | null | undefined
  /** Version of the SDK that it was made for. @default any */
  sdk?: string | null | undefined
}

interface DevParts {
  database: Database
  plugins: PluginRegistry
  bundles: BundleStore
  index: PluginIndex
  /** None in a gateway. */
  sandbox: Sandbox | undefined
  onError(error: unknown): void
}

/** The line that names the owner, above the code. */
const LINES_ABOVE = 1
const LOOK_EVERY_MS = 5000
const FORGET = `delete from plugin_workspace where id like 'dev:%' and seen_at < now() - interval '15 seconds' returning substr(id, 5) as name`
const NOTIFY = `select pg_notify('${channelName('plugins')}', '')`

export function createDevPlugins({ database, plugins, bundles, index, sandbox, onError }: DevParts): DevPlugins & Disposed {
  const { pool } = database
  const inspectors = sandbox && createDevInspectors(sandbox)
  const forget = async (packageNames: string[]): Promise<void> => {
    for (const packageName of packageNames) await inspectors?.show(packageName, '', undefined)
  }
  const sweeper = createSweeper(database, forget, onError)
  // A server that was here before may have left some.
  if (sandbox) sweeper.start()
  return {
    async set(userId, given) {
      await assertOwner(pool, userId)
      const { packageName, version, bundle: code, sourceMap, sourceRoot, inspectable, sdk } = parse(given)
      assertSdk(sdk)
      if (!sandbox) throw runsNoPlugins()
      const plain = createBundle(`${ownerLine(packageName, version)}\n${code}`)
      const isInspectable = Boolean(sourceMap) && inspectable !== false
      const shown = sourceMap && isInspectable ? withSourceMap(plain, packageName, sourceMap, sourceRoot ?? '') : plain
      const bundle = { ...shown, map: sourceMap ? trimSourceMap(sourceMap, LINES_ABOVE) : undefined }
      const manifest = await describeBundle(bundle, sandbox, `dev:${packageName}`)
      const plugin = createPlugin({ packageName, version, builtin: false, bundle }, manifest)
      await assertUnclaimed(pool, plugin, plugins.reports(), 'bundle')
      await bundles.keep([plugin])
      await markDraft(database, bundle.digest)
      await index.write(idOf(packageName), [{ packageName, version, origin: 'DEV', digest: bundle.digest }])
      await inspectors?.show(packageName, userId, isInspectable ? bundle : undefined)
      await plugins.reload()
      sweeper.start()
    },
    async renew(userId, packageName) {
      await assertOwner(pool, userId)
      const { rowCount } = await pool.query('update plugin_workspace set seen_at = now() where id = $1', [idOf(packageName)])
      if (!rowCount) throw unknown(packageName)
    },
    async remove(userId, packageName) {
      await assertOwner(pool, userId)
      const { rowCount } = await pool.query('delete from plugin_workspace where id = $1', [idOf(packageName)])
      if (!rowCount) throw unknown(packageName)
      await forget([packageName])
      await pool.query(NOTIFY)
      await plugins.reload()
    },
    async inspect(userId, packageName) {
      await assertOwner(pool, userId)
      if (!inspectors) throw runsNoPlugins()
      return inspectors.tokenOf(packageName)
    },
    inspector: (token) => inspectors?.find(token),
    close: sweeper.close,
  }
}

interface Disposed {
  close(): void
}

/** Forgets those that nobody renews, and deletes what they leave; looks only while there is something. */
function createSweeper(
  database: Database,
  onForgotten: (packageNames: string[]) => Promise<void>,
  onError: (error: unknown) => void,
): Disposed & { start(): void } {
  const { pool } = database
  let timer: NodeJS.Timeout | undefined
  let closed = false
  const sweep = async (): Promise<void> => {
    timer = undefined
    let mayBeMore = true
    try {
      const { rows: forgotten } = await pool.query<{ name: string }>(FORGET)
      if (forgotten.length > 0) await pool.query(NOTIFY)
      await onForgotten(forgotten.map(({ name }) => name))
      mayBeMore = await deleteDrafts(database)
    } finally {
      if (mayBeMore) start()
    }
  }
  const start = (): void => {
    if (!closed) timer ??= setTimeout(() => void sweep().catch(onError), LOOK_EVERY_MS).unref()
  }
  return {
    start,
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}

const MAX_SOURCE_MAP_CHARS = 20 * 1024 * 1024

const schema = z.object({
  packageName: packageNameSchema,
  version: z.string().max(64).refine(isVersion, 'must be a version like "1.2.3"'),
  bundle: z.string().superRefine((code, context) => {
    const why = whyNoScript(code)
    if (why !== undefined) context.addIssue({ code: 'custom', message: why })
  }),
  sourceMap: z.string().max(MAX_SOURCE_MAP_CHARS).nullish(),
  sourceRoot: z.string().max(2000).nullish(),
  inspectable: z.boolean().nullish(),
  sdk: packedSdkSchema.nullable(),
})

function parse(given: DevPlugin): DevPlugin {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const path = issue?.path.map(String) ?? []
  throw new AshlarError('BAD_INPUT', `${path.join('.')}: ${issue?.message}`, { details: { path } })
}

/** It becomes the body of a function: what is no script by itself could end that early. It is compiled, and not run. */
function whyNoScript(code: string): string | undefined {
  try {
    new Script(code)
    return undefined
  } catch (error) {
    return `must be a script: ${messageOf(error)}`
  }
}

function assertSdk(madeFor: string | null | undefined): void {
  const message = sdkFault(madeFor ?? undefined)
  if (message === undefined) return
  const details = { path: ['sdk'], faults: [{ path: 'package.json', message }] }
  throw new AshlarError('SDK_TOO_OLD', `package.json: ${message}`, { details })
}

function idOf(packageName: string): string {
  return `dev:${packageName}`
}

function runsNoPlugins(): AshlarError {
  return new AshlarError('CONFLICT', 'this server runs no plugin code: it was started with --role gateway')
}

function unknown(packageName: string): AshlarError {
  return new AshlarError('NOT_FOUND', `nobody develops ${packageName} here`, { details: { path: ['packageName'] } })
}
