import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { join, resolve } from 'node:path'
import { AshlarError, readPackageFile, unpackTarball } from '@ashlar/core'
import { findInPackage } from '../check/package-findings.ts'
import { withDraft } from '../draft/draft.ts'
import { listPackageFiles, readPackageJson, type PackageJson } from '../draft/package-files.ts'
import { packTarball, type TarEntry } from './tar.ts'

/** A tarball as it is published. */
export interface PackedPlugin {
  packageName: string
  version: string
  tarball: Buffer
  entries: TarEntry[]
  /** Of the tarball, hexadecimal. */
  sha256: string
  /** Of the tarball, as npm writes it: `sha512-…`. */
  integrity: string
}

/** Where the blocks are in the tarball. */
const BLOCKS = 'dist/blocks.js'

/**
 * Packs the plugin in a folder, once a sandbox has read it.
 *
 * @throws {AshlarError} PLUGIN_INVALID PLUGIN_LOAD_FAILED
 */
export async function packPlugin(given: string): Promise<PackedPlugin> {
  const folder = resolve(given)
  const packageFile = await readPackageJson(folder)
  const { code, inputs } = await withDraft(folder, async ({ bundle }, workbench) => {
    return { code: await workbench.module(), inputs: bundle.inputs }
  })
  const own = inputs.map(({ path }) => path).filter((path) => !/^\.\.\/|node_modules\//.test(path))
  await assertPackage(folder, packageFile, own)
  const paths = (await listPackageFiles(folder, packageFile.json)).filter((path) => path !== 'package.json' && path !== BLOCKS)
  const files = await Promise.all(paths.map(async (path) => ({ path, bytes: await readFile(join(folder, path)) })))
  const entries = [
    ...files,
    { path: BLOCKS, bytes: Buffer.from(code) },
    {
      path: 'package.json',
      bytes: Buffer.from(`${JSON.stringify(publishedJson(packageFile.json, await installedSdk(folder)), null, 2)}\n`),
    },
  ]
  const tarball = packTarball(entries)
  // What a server would refuse is told here already.
  readPackageFile(await unpackTarball(tarball))
  const { name, version } = packageFile.json
  return { packageName: String(name), version: String(version), tarball, entries, ...digestsOf(tarball) }
}

function digestsOf(tarball: Buffer): { sha256: string; integrity: string } {
  const sha256 = createHash('sha256').update(tarball).digest('hex')
  return { sha256, integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}` }
}

async function assertPackage(
  folder: string,
  packageFile: { text: string; json: PackageJson },
  used: readonly string[],
): Promise<void> {
  const errors = (await findInPackage(folder, packageFile, used)).filter(({ level }) => level === 'error')
  const faults = errors.map(({ position, message }) => ({ path: position ?? '', message }))
  if (faults.length === 0) return
  const message = faults.map((fault) => `${fault.path}: ${fault.message}`).join('\n')
  throw new AshlarError('PLUGIN_INVALID', message, { details: { faults } })
}

/** The version of the SDK that the author writes with; undefined where none is installed. */
async function installedSdk(folder: string): Promise<string | undefined> {
  const file = installedSdkFile(join(folder, 'package.json'))
  return file && (JSON.parse(await readFile(file, 'utf8')) as { version?: string }).version
}

function installedSdkFile(base: string): string | undefined {
  try {
    return findPackageJSON('@ashlar/sdk', base)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}

/** What is bundled is no longer a dependency, and a place on this machine is nobody else's business. */
function publishedJson({ dependencies: _, ...json }: PackageJson, sdk: string | undefined): PackageJson {
  const { ashlar, devDependencies, files } = json
  const blocks = `./${BLOCKS}`
  return {
    ...json,
    ...(Array.isArray(files) && { files: [...new Set([...(files as unknown[]), 'dist'])] }),
    ...(typeof devDependencies === 'object' && devDependencies !== null && { devDependencies: withoutPlaces(devDependencies) }),
    ashlar: { ...ashlar, blocks, source: ashlar?.blocks, ...(sdk !== undefined && { sdk }) },
  }
}

function withoutPlaces(dependencies: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(dependencies).filter(([, range]) => !/^(file|link|workspace|catalog):/.test(String(range))),
  )
}
