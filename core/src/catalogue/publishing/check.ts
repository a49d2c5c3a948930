import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { listCapabilities } from '../../capabilities/index.ts'
import { AshlarError, type ErrorCode, unlessAborted } from '../../base/index.ts'
import { SDK_VERSION } from '../../sandbox/guest/sdk-version.ts'
import type { Sandbox } from '../../sandbox/index.ts'
import { buildPlugin, type Plugin } from '../../blocks/index.ts'
import { bundleConfined, confinedInput, toMappedBundle, ownerLine, type MappedBundle } from '../bundle/index.ts'
import { describeBundle, locateInSource } from '../loading/index.ts'
import {
  sdkFault,
  digestFiles,
  readPackageFile,
  refusal,
  unpackTarball,
  type PackageFile,
  type TarFile,
} from '../package/index.ts'
import { testBlocks } from '../trial/index.ts'
import type { PluginCheck, VersionReport } from './report.ts'
import { verifySignature, type AuthorSignature, type GivenSignature } from './signature.ts'

/** A tarball that was read and checked, before any of its code is read. */
export interface ReadSubmission {
  files: TarFile[]
  packageFile: PackageFile
  tarballDigest: string
  signature: AuthorSignature | null
  checks: PluginCheck[]
}

/** A submission that has passed all checks. */
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
  rejectNative(files)
  const tarballDigest = digestFiles(files)
  const signature = given && verifySignature(given, { packageName, version, tarballDigest })
  const fault = sdkFault(sdk)
  if (fault !== undefined) throw refusal('SDK_TOO_OLD', 'package.json', fault)
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0)
  const checks: PluginCheck[] = [
    passed('tarball', `${files.length} files, ${bytes} bytes`),
    passed('package', `${packageName} ${version}, ${license}`, 'package.json'),
    signature ? passed('signature', `signed by the key ${signature.keyId}`) : remark('signature', 'the version is not signed'),
    passed('sdk', `built for ${sdk ?? 'any version'}; this installation has ${SDK_VERSION}`, 'package.json'),
  ]
  return { files, packageFile, tarballDigest, signature, checks }
}

/**
 * Bundles a submission, reads its manifest in a sandbox, and runs the tests of its blocks there.
 *
 * @param assertFree throws when the plugin claims a name or an id of another package
 * @param stopping aborts the checks with its reason
 * @throws {AshlarError} PLUGIN_LOAD_FAILED PLUGIN_INVALID DUPLICATE_BLOCK TESTS_FAILED MEMORY_LIMIT CPU_LIMIT TIMEOUT
 */
export async function checkSubmission(
  { files, packageFile, checks }: ReadSubmission,
  sandbox: Sandbox,
  assertFree: (plugin: Plugin) => Promise<void>,
  stopping: AbortSignal,
): Promise<CheckedSubmission> {
  const { name: packageName, version, entry, license: licence } = packageFile
  const bundle = await bundleFiles(files, entry, ownerLine(packageName, version), stopping).catch(rethrowAt(entry))
  const rethrow = rethrowAt(entry, bundle)
  const cordon = `publish:${bundle.digest}`
  const manifest = await unlessAborted(stopping, describeBundle(bundle, sandbox, cordon)).catch(rethrow)
  const plugin = buildPlugin({ packageName, version, builtin: false, bundle }, manifest)
  await assertFree(plugin).catch(rethrow)
  const tests = await unlessAborted(stopping, runTests(plugin, sandbox, cordon))
  const bundleBytes = Buffer.byteLength(bundle.code)
  const more: PluginCheck[] = [
    passed('bundle', `${bundleBytes} bytes`, entry),
    passed('manifest', `plugin ${plugin.name} with ${plugin.blocks.length} blocks`, entry),
    passed('claims', 'no other package uses its name or the ids of its blocks'),
    tests.blocksWithout.length > 0
      ? remark('tests', `${tests.total} passed; blocks without tests: ${tests.blocksWithout.join(', ')}`)
      : passed('tests', `${tests.total} passed`),
  ]
  const report = { checks: [...checks, ...more], tests, bundleBytes, capabilities: listPluginCapabilities(plugin), licence }
  return { plugin, report }
}

/** Rejects native modules: a sandbox cannot run them, and reviewers cannot read them. */
function rejectNative(files: readonly TarFile[]): void {
  const native = files.find(({ path }) => /(^|\/)binding\.gyp$|\.(node|dll|so|dylib|exe)$/i.test(path))
  if (native) throw refusal('PLUGIN_INVALID', `${native.path}:1`, 'native modules cannot run in a sandbox')
}

/**
 * Returns a function that rethrows an error. An error caused by the plugin gets the position in its source, or its
 * entry when the position is unknown.
 */
function rethrowAt(entry: string, bundle?: MappedBundle): (error: unknown) => never {
  return (error) => {
    const located = bundle ? locateInSource(error, bundle) : error
    if (!(located instanceof AshlarError) || !PLUGIN_FAULT_CODES.has(located.code)) throw error
    const { code, message, details } = located
    const [first] = details.faults ?? []
    if (!first?.path) throw refusal(code, entry, first?.message ?? message, error)
    throw new AshlarError(code, message, { details: { ...details, path: ['tarball'] }, cause: error })
  }
}

const PLUGIN_FAULT_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'PLUGIN_LOAD_FAILED',
  'PLUGIN_INVALID',
  'DUPLICATE_BLOCK',
  'MEMORY_LIMIT',
  'CPU_LIMIT',
  'TIMEOUT',
])

/** Bundles the files in a temporary folder that other users cannot read. */
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
    // A tarball must contain its dependencies: packages installed around the folder do not belong to it.
    const { code, map } = await bundleConfined(
      confinedInput({ entry: join(folder, entry), folder, banner }, { roots: [folder], links: [] }),
      stopping,
    )
    return toMappedBundle(code, map)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function runTests(plugin: Plugin, sandbox: Sandbox, cordon: string): Promise<VersionReport['tests']> {
  const total = plugin.blocks.reduce((sum, { tests }) => sum + tests.length, 0)
  if (total > MAX_TESTS) throw refusal('PLUGIN_INVALID', '', `the plugin has ${total} tests; the limit is ${MAX_TESTS}`)
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

function listPluginCapabilities({ blocks }: Plugin): VersionReport['capabilities'] {
  const all = blocks.flatMap(({ capabilities }) => listCapabilities(capabilities))
  return [...new Map(all.map((each) => [`${each.kind} ${each.detail}`, each])).values()]
}

function passed(name: PluginCheck['name'], message: string, position: string | null = null): PluginCheck {
  return { name, ok: true, message, position }
}

function remark(name: PluginCheck['name'], message: string): PluginCheck {
  return { name, ok: false, message, position: null }
}
