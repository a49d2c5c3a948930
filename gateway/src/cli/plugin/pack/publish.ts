import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { AshlarError, digestFiles, readPackageFile, signFacts, unpackTarball } from '@ashlar/core'
import type { PublishedVersion } from '../../../client/index.ts'
import { commandLine } from '../../../base/command-line.ts'
import { UsageError, type CommandContext } from '../../command/command.ts'
import { createTerminal, plain, type Terminal } from '../../command/terminal.ts'
import { readAuthorKey, defaultKeyFile } from './author-key.ts'
import { parseFolder } from '../draft/draft.ts'
import { packPlugin } from './packed.ts'
import { findRunningServer } from '../../command/running-server.ts'
import { withStatusLine } from '../draft/status-line.ts'

/** `ashlar plugin publish [folder | file.tgz] [--server url] [--key file] [--npm] [--json]` */
export async function publish(args: string[], context: CommandContext): Promise<number> {
  const { stdout, environment } = context
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options: OPTIONS })
  if (values.npm && (values.server ?? values.key) !== undefined)
    throw new UsageError('--npm publishes to the npm registry: omit --server and --key')
  const given = parseFolder(positionals)
  if (values.npm) return publishToNpm(await readTarball(given), context, values.json === true)
  const { url, api } = await findRunningServer(values.server, environment)
  const published = await withStatusLine(context, 'publishing', async () => {
    const tarball = await readTarball(given)
    const signature = await sign(tarball, values.key, environment)
    return api.publish({ tarball: tarball.toString('base64'), ...(signature && { signature }) })
  })
  if (values.json) stdout.write(`${JSON.stringify({ server: url, ...published }, null, 2)}\n`)
  else printPublished(createTerminal(stdout, environment), url, published)
  return 0
}

const OPTIONS = {
  server: { type: 'string' },
  key: { type: 'string' },
  npm: { type: 'boolean' },
  json: { type: 'boolean' },
} as const

async function readTarball(given: string): Promise<Buffer> {
  if (!given.endsWith('.tgz')) return (await packPlugin(given)).tarball
  return readFile(given).catch((error: unknown) => {
    throw new AshlarError('NOT_FOUND', `${given} cannot be read`, { cause: error })
  })
}

/** Signs with the given key, else with the default key. Without a key file, returns undefined. */
async function sign(
  tarball: Buffer,
  keyFile: string | undefined,
  environment: CommandContext['environment'],
): Promise<{ publicKey: string; signature: string } | undefined> {
  const file = keyFile ?? defaultKeyFile(environment)
  const key = await readAuthorKey(file)
  if (!key && keyFile !== undefined)
    throw new AshlarError(
      'NOT_FOUND',
      `the key file ${keyFile} does not exist: create a key with: ${commandLine(environment, 'plugin', 'key', keyFile)}`,
    )
  if (!key) return undefined
  const files = await unpackTarball(tarball)
  const { name: packageName, version } = readPackageFile(files)
  return signFacts({ packageName, version, tarballDigest: digestFiles(files) }, key)
}

/** Publishes with npm. Writes the output of npm to standard error. */
async function publishToNpm(tarball: Buffer, { stdout, stderr, environment }: CommandContext, json: boolean): Promise<number> {
  const { name, version } = readPackageFile(await unpackTarball(tarball))
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-npm-'))
  try {
    const file = join(folder, `${basename(name)}-${version}.tgz`)
    await writeFile(file, tarball)
    const status = await runNpm(['publish', file], environment, (text) => void stderr.write(text))
    if (status !== 0)
      throw new AshlarError('CONFLICT', `npm did not publish ${name} ${version} (exit status ${status}): see its output above`)
    const facts = { packageName: name, version, registry: 'npm' }
    stdout.write(json ? `${JSON.stringify(facts, null, 2)}\n` : `✓ ${name} ${version} published to npm\n`)
    return 0
  } finally {
    await rm(folder, { recursive: true })
  }
}

function runNpm(
  args: string[],
  environment: CommandContext['environment'],
  write: (text: string) => void,
): Promise<number | null> {
  const env = { ...process.env, ...environment }
  const child = spawn('npm', args, { env, shell: process.platform === 'win32', stdio: ['inherit', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', write)
  return new Promise((resolve, reject) => {
    child.on('error', (cause) => reject(new AshlarError('NOT_FOUND', `npm did not start: ${cause.message}`, { cause })))
    child.on('close', resolve)
  })
}

function printPublished(terminal: Terminal, url: string, { packageName, version, report, digest }: PublishedVersion): void {
  terminal.line(`${terminal.style('green', '✓')} ${terminal.style('bold', `${packageName} ${version}`)} published to ${url}`)
  const width = Math.max(0, ...report.checks.map(({ name }) => name.length))
  for (const { name, ok, message } of report.checks) {
    const sign = ok ? terminal.style('green', '✓') : terminal.style('yellow', '·')
    terminal.line(`  ${sign} ${name.toLowerCase().padEnd(width)}  ${plain(message)}`)
  }
  for (const { kind, detail } of report.capabilities)
    terminal.line(
      `  ${terminal.style('yellow', '!')} ${'uses'.padEnd(width)}  ${plain(`${kind.toLowerCase().replaceAll('_', '.')}: ${detail}`)}`,
    )
  terminal.line(`  ${terminal.style('dim', `digest ${digest}`)}`)
}
