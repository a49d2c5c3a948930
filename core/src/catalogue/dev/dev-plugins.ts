import { Script } from 'node:vm'
import { z } from 'zod'
import { channelName, type Database } from '../../postgres/index.ts'
import { AshlarError, errorMessage } from '../../base/index.ts'
import type { Inspector } from '../../sandbox/inspector/index.ts'
import type { Sandbox } from '../../sandbox/index.ts'
import { buildPlugin } from '../../blocks/index.ts'
import { toBundle, ownerLine, trimSourceMap } from '../bundle/index.ts'
import { deleteDrafts, markDraft } from './draft-bundle-store.ts'
import { createDevInspectors, withSourceMap } from './dev-inspectors.ts'
import { describeBundle } from '../loading/index.ts'
import { packedSdkSchema, sdkFault, packageNameSchema, isVersion } from '../package/index.ts'
import type { PluginIndex, BundleStore, PluginRegistry } from '../registry/index.ts'
import { assertOwner, assertUnclaimed } from '../publishing/index.ts'

/**
 * Plugins in development, on any machine. `ashlar plugin dev` sends the text of the bundle after every change. Each
 * plugin is a source set (see `PluginIndex`) that takes precedence over the others and is never trusted. It ends when
 * its author removes it or does not renew it for 15 seconds. Only for the owner of the installation.
 */
export interface DevPlugins {
  /**
   * Adds a plugin, or replaces its previous bundle.
   *
   * @throws {AshlarError} FORBIDDEN BAD_INPUT CONFLICT SDK_TOO_OLD DUPLICATE_BLOCK PLUGIN_LOAD_FAILED PLUGIN_INVALID
   * MEMORY_LIMIT CPU_LIMIT TIMEOUT
   */
  set(userId: string, plugin: DevPlugin): Promise<void>
  /** Keeps a plugin for another 15 seconds. @throws {AshlarError} FORBIDDEN NOT_FOUND */
  renew(userId: string, packageName: string): Promise<void>
  /** @throws {AshlarError} FORBIDDEN NOT_FOUND */
  remove(userId: string, packageName: string): Promise<void>
  /**
   * Gives a debugger access to the runs of this user of an inspectable plugin.
   *
   * @returns a bearer token for {@link inspector}
   * @throws {AshlarError} FORBIDDEN CONFLICT
   */
  inspect(userId: string, packageName: string): Promise<string>
  inspector(token: string): Inspector | undefined
}

interface DevPlugin {
  packageName: string
  version: string
  /** The code of the bundle. */
  bundle: string
  /** The source map of the bundle, JSON text. With it, errors of blocks name positions in the source. */
  sourceMap?: string | null | undefined
  /** URL of the package's folder, the prefix for the paths of the sources in a debugger. */
  sourceRoot?: string | null | undefined
  /** Whether debuggers may inspect it, which needs a source map. @default true with a source map */
  inspectable?: boolean | null | undefined
  /** The SDK version that it was built for. @default any */
  sdk?: string | null | undefined
}

interface DevParts {
  database: Database
  plugins: PluginRegistry
  bundles: BundleStore
  index: PluginIndex
  /** Undefined in a gateway. */
  sandbox: Sandbox | undefined
  onError(error: unknown): void
}

/** The line above the code, which names the owner. */
const LINES_ABOVE = 1
const SWEEP_EVERY_MS = 5000
const DELETE_EXPIRED = `delete from plugin_workspace where id like 'dev:%' and seen_at < now() - interval '15 seconds' returning substr(id, 5) as name`
const NOTIFY = `select pg_notify('${channelName('plugins')}', '')`

export function createDevPlugins({ database, plugins, bundles, index, sandbox, onError }: DevParts): DevPlugins & Closable {
  const { pool } = database
  const inspectors = sandbox && createDevInspectors(sandbox)
  const forget = async (packageNames: string[]): Promise<void> => {
    for (const packageName of packageNames) await inspectors?.show(packageName, '', undefined)
  }
  const sweeper = createSweeper(database, forget, onError)
  // A previous server may have left plugins.
  if (sandbox) sweeper.start()
  return {
    async set(userId, given) {
      await assertOwner(pool, userId)
      const { packageName, version, bundle: code, sourceMap, sourceRoot, inspectable, sdk } = parse(given)
      assertSdk(sdk)
      if (!sandbox) throw noSandbox()
      const plain = toBundle(`${ownerLine(packageName, version)}\n${code}`)
      const isInspectable = Boolean(sourceMap) && inspectable !== false
      const shown = sourceMap && isInspectable ? withSourceMap(plain, packageName, sourceMap, sourceRoot ?? '') : plain
      const bundle = { ...shown, map: sourceMap ? trimSourceMap(sourceMap, LINES_ABOVE) : undefined }
      const manifest = await describeBundle(bundle, sandbox, `dev:${packageName}`)
      const plugin = buildPlugin({ packageName, version, builtin: false, bundle }, manifest)
      await assertUnclaimed(pool, plugin, plugins.reports(), 'bundle')
      await bundles.save([plugin])
      await markDraft(database, bundle.digest)
      await index.write(toDevId(packageName), [{ packageName, version, origin: 'DEV', digest: bundle.digest }])
      await inspectors?.show(packageName, userId, isInspectable ? bundle : undefined)
      await plugins.reload()
      sweeper.start()
    },
    async renew(userId, packageName) {
      await assertOwner(pool, userId)
      const { rowCount } = await pool.query('update plugin_workspace set seen_at = now() where id = $1', [toDevId(packageName)])
      if (!rowCount) throw notInDevelopment(packageName)
    },
    async remove(userId, packageName) {
      await assertOwner(pool, userId)
      const { rowCount } = await pool.query('delete from plugin_workspace where id = $1', [toDevId(packageName)])
      if (!rowCount) throw notInDevelopment(packageName)
      await forget([packageName])
      await pool.query(NOTIFY)
      await plugins.reload()
    },
    async inspect(userId, packageName) {
      await assertOwner(pool, userId)
      if (!inspectors) throw noSandbox()
      const { rowCount } = await pool.query('select from plugin_workspace where id = $1', [toDevId(packageName)])
      if (!rowCount) throw notInDevelopment(packageName)
      return inspectors.getToken(packageName)
    },
    inspector: (token) => inspectors?.find(token),
    close: sweeper.close,
  }
}

interface Closable {
  close(): void
}

/** Removes plugins that are not renewed, and deletes their draft bundles. Runs only while there are any. */
function createSweeper(
  database: Database,
  onForgotten: (packageNames: string[]) => Promise<void>,
  onError: (error: unknown) => void,
): Closable & { start(): void } {
  const { pool } = database
  let timer: NodeJS.Timeout | undefined
  let closed = false
  const sweep = async (): Promise<void> => {
    timer = undefined
    let mayBeMore = true
    try {
      const { rows: forgotten } = await pool.query<{ name: string }>(DELETE_EXPIRED)
      if (forgotten.length > 0) await pool.query(NOTIFY)
      await onForgotten(forgotten.map(({ name }) => name))
      mayBeMore = await deleteDrafts(database)
    } finally {
      if (mayBeMore) start()
    }
  }
  const start = (): void => {
    if (!closed) timer ??= setTimeout(() => void sweep().catch(onError), SWEEP_EVERY_MS).unref()
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
    const why = findScriptFault(code)
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

/**
 * The code becomes the body of a function, which code that is not a complete script could close early. The check
 * compiles the code without running it.
 */
function findScriptFault(code: string): string | undefined {
  try {
    new Script(code)
    return undefined
  } catch (error) {
    return `must be a script: ${errorMessage(error)}`
  }
}

function assertSdk(madeFor: string | null | undefined): void {
  const message = sdkFault(madeFor ?? undefined)
  if (message === undefined) return
  const details = { path: ['sdk'], faults: [{ path: 'package.json', message }] }
  throw new AshlarError('SDK_TOO_OLD', `package.json: ${message}`, { details })
}

function toDevId(packageName: string): string {
  return `dev:${packageName}`
}

function noSandbox(): AshlarError {
  return new AshlarError('CONFLICT', 'this server cannot run plugins: it was started with --role gateway')
}

function notInDevelopment(packageName: string): AshlarError {
  return new AshlarError(
    'NOT_FOUND',
    `${packageName} is not a development plugin on this server; run "ashlar plugin dev" in its folder`,
    { details: { path: ['packageName'] } },
  )
}
