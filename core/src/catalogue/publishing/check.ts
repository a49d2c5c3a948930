import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { listCapabilities } from '../../capabilities/index.ts'
import { AshlarError, type ErrorCode, unlessAborted } from '../../base/index.ts'
import { SDK_VERSION } from '../../sandbox/guest/sdk-version.ts'
import type { Sandbox } from '../../sandbox/index.ts'
import { createPlugin, type Plugin } from '../../blocks/index.ts'
import { bundleApart, confinedInput, mappedBundle, ownerLine, type MappedBundle } from '../bundle/index.ts'
import { describeBundle, atSource } from '../loading/index.ts'
import {
  sdkFault,
  digestOfFiles,
  readPackageFile,
  refusal,
  unpackTarball,
  type PackageFile,
  type TarFile,
} from '../package/index.ts'
import { testBlocks } from '../trial/index.ts'
import type { PluginCheck, VersionReport } from './report.ts'
import { verifySignature, type AuthorSignature, type GivenSignature } from './signature.ts'

/** What can be said of a tarball before any of its code is looked at. */
export interface ReadSubmission {
  files: TarFile[]
  packageFile: PackageFile
  tarballDigest: string
  signature: AuthorSignature | null
  checks: PluginCheck[]
}

/** A submission that has passed. */
export interface CheckedSubmission {
  plugin: Plugin
  report: VersionReport
}

const MAX_TESTS = 2000
const TESTS_WITHIN_MS = 60_000

/** @throws {AshlarError} TARBALL_INVALID PLUGIN_INVALID SIGNATURE_INVALID SDK_TOO_OLD */
export async function readSubmission(tarball: Uint8Array, given: GivenSignature | null): Promise<ReadSubmission> {
  const files = await unpackTarball(tarball)
  const packageFile = readPackageFile(files)
  const { name: packageName, version, license, sdk } = packageFile
  refuseNative(files)
  const tarballDigest = digestOfFiles(files)
  const signature = given && verifySignature(given, { packageName, version, tarballDigest })
  const fault = sdkFault(sdk)
  if (fault !== undefined) throw refusal('SDK_TOO_OLD', 'package.json', fault)
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0)
  const checks: PluginCheck[] = [
    passed('tarball', `${files.length} files, ${bytes} bytes`),
    passed('package', `${packageName} ${version}, ${license}`, 'package.json'),
    signature ? passed('signature', `signed by the key ${signature.keyId}`) : remark('signature', 'it is not signed'),
    passed('sdk', `this installation has ${SDK_VERSION}, it is made for ${sdk ?? 'any'}`, 'package.json'),
  ]
  return { files, packageFile, tarballDigest, signature, checks }
}

/**
 * Bundles what was read, has a sandbox read its manifest, and runs the tests of its blocks there.
 *
 * @param assertFree throws where it claims what belongs to another package
 * @param stopping ends it with its reason
 * @throws {AshlarError} PLUGIN_LOAD_FAILED PLUGIN_INVALID DUPLICATE_BLOCK TESTS_FAILED MEMORY_LIMIT CPU_LIMIT TIMEOUT
 */
export async function checkSubmission(
  { files, packageFile, checks }: ReadSubmission,
  sandbox: Sandbox,
  assertFree: (plugin: Plugin) => Promise<void>,
  stopping: AbortSignal,
): Promise<CheckedSubmission> {
  const { name: packageName, version, entry, license: licence } = packageFile
  const bundle = await bundleFiles(files, entry, ownerLine(packageName, version), stopping).catch(failAt(entry))
  const tellPlace = failAt(entry, bundle)
  const cordon = `publish:${bundle.digest}`
  const manifest = await unlessAborted(stopping, describeBundle(bundle, sandbox, cordon)).catch(tellPlace)
  const plugin = createPlugin({ packageName, version, builtin: false, bundle }, manifest)
  await assertFree(plugin).catch(tellPlace)
  const tests = await unlessAborted(stopping, runTests(plugin, sandbox, cordon))
  const bundleBytes = Buffer.byteLength(bundle.code)
  const more: PluginCheck[] = [
    passed('bundle', `${bundleBytes} bytes`, entry),
    passed('manifest', `plugin ${plugin.name} with ${plugin.blocks.length} blocks`, entry),
    passed('claims', 'its name and the ids of its blocks are its own'),
    tests.blocksWithout.length > 0
      ? remark('tests', `${tests.total} passed; without a test: ${tests.blocksWithout.join(', ')}`)
      : passed('tests', `${tests.total} passed`),
  ]
  const report = { checks: [...checks, ...more], tests, bundleBytes, capabilities: capabilitiesOf(plugin), licence }
  return { plugin, report }
}

/** Code that is no script: nothing could run it, and nobody can read it. */
function refuseNative(files: readonly TarFile[]): void {
  const native = files.find(({ path }) => /(^|\/)binding\.gyp$|\.(node|dll|so|dylib|exe)$/i.test(path))
  if (native) throw refusal('PLUGIN_INVALID', `${native.path}:1`, 'native modules cannot run in a sandbox')
}

/** Tells the author's mistakes with the place in the source that throws, else with the entry; anything else as it is. */
function failAt(entry: string, bundle?: MappedBundle): (error: unknown) => never {
  return (error) => {
    const located = bundle ? atSource(error, bundle) : error
    if (!(located instanceof AshlarError) || !OF_THE_PLUGIN.has(located.code)) throw error
    const { code, message, details } = located
    const [first] = details.faults ?? []
    if (!first?.path) throw refusal(code, entry, first?.message ?? message, error)
    throw new AshlarError(code, message, { details: { ...details, path: ['tarball'] }, cause: error })
  }
}

const OF_THE_PLUGIN: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'PLUGIN_LOAD_FAILED',
  'PLUGIN_INVALID',
  'DUPLICATE_BLOCK',
  'MEMORY_LIMIT',
  'CPU_LIMIT',
  'TIMEOUT',
])

/** In a folder that nobody else can read, and that is gone afterwards. */
async function bundleFiles(
  files: readonly TarFile[],
  entry: string,
  banner: string,
  stopping: AbortSignal,
): Promise<MappedBundle> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'ashlar-publish-')))
  try {
    const folders = new Set(files.map(({ path }) => dirname(join(folder, path))))
    for (const each of folders) await mkdir(each, { recursive: true })
    for (const { path, bytes } of files) await writeFile(join(folder, path), bytes, { flag: 'wx', mode: 0o600 })
    // It has to be whole: packages around the folder are none of its own.
    const { code, map } = await bundleApart(
      confinedInput({ entry: join(folder, entry), folder, banner }, { roots: [folder], links: [] }),
      stopping,
    )
    return mappedBundle(code, map)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function runTests(plugin: Plugin, sandbox: Sandbox, cordon: string): Promise<VersionReport['tests']> {
  const total = plugin.blocks.reduce((sum, { tests }) => sum + tests.length, 0)
  if (total > MAX_TESTS) throw refusal('PLUGIN_INVALID', '', `it has ${total} tests, the limit is ${MAX_TESTS}`)
  const results = await testBlocks(plugin, sandbox, { cordon, withinMs: TESTS_WITHIN_MS })
  const faults = results
    .filter(({ difference }) => difference !== undefined)
    .map(({ block, test, difference = '' }) => ({ path: `${block}: ${test}`, message: difference }))
  const [first] = faults
  if (first) {
    const message = `${faults.length} of ${total} tests failed: ${first.path}: ${first.message}`
    throw new AshlarError('TESTS_FAILED', message, { details: { path: ['tarball'], faults: faults.slice(0, 100) } })
  }
  const blocksWithout = plugin.blocks.filter(({ tests }) => tests.length === 0).map(({ qualifiedName }) => qualifiedName)
  return { total, blocksWithout }
}

function capabilitiesOf({ blocks }: Plugin): VersionReport['capabilities'] {
  const all = blocks.flatMap(({ capabilities }) => listCapabilities(capabilities))
  return [...new Map(all.map((each) => [`${each.kind} ${each.detail}`, each])).values()]
}

function passed(name: PluginCheck['name'], message: string, position: string | null = null): PluginCheck {
  return { name, ok: true, message, position }
}

function remark(name: PluginCheck['name'], message: string): PluginCheck {
  return { name, ok: false, message, position: null }
}
