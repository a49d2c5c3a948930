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
import { readAuthorKey, usualKeyFile } from './author-key.ts'
import { folderOf } from '../draft/draft.ts'
import { packPlugin } from './packed.ts'
import { findRunningServer } from '../../command/running-server.ts'
import { whileSaying } from '../draft/while-saying.ts'

/** `ashlar plugin publish [folder | file.tgz] [--server url] [--key file] [--npm] [--json]` */
export async function publish(args: string[], context: CommandContext): Promise<number> {
  const { stdout, environment } = context
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options: OPTIONS })
  if (values.npm && (values.server ?? values.key) !== undefined)
    throw new UsageError('--npm goes to the npm registry, which takes neither --server nor --key')
  const given = folderOf(positionals)
  if (values.npm) return publishToNpm(await tarballOf(given), context, values.json === true)
  const { url, api } = await findRunningServer(values.server, environment)
  const published = await whileSaying(context, 'publishing', async () => {
    const tarball = await tarballOf(given)
    const signature = await sign(tarball, values.key, environment)
    return api.publish({ tarball: tarball.toString('base64'), ...(signature && { signature }) })
  })
  if (values.json) stdout.write(`${JSON.stringify({ server: url, ...published }, null, 2)}\n`)
  else tell(createTerminal(stdout, environment), url, published)
  return 0
}

const OPTIONS = {
  server: { type: 'string' },
  key: { type: 'string' },
  npm: { type: 'boolean' },
  json: { type: 'boolean' },
} as const

async function tarballOf(given: string): Promise<Buffer> {
  if (!given.endsWith('.tgz')) return (await packPlugin(given)).tarball
  return readFile(given).catch((error: unknown) => {
    throw new AshlarError('NOT_FOUND', `${given} cannot be read`, { cause: error })
  })
}

/** With the key that is named, else the usual one; not at all where there is none. */
async function sign(
  tarball: Buffer,
  keyFile: string | undefined,
  environment: CommandContext['environment'],
): Promise<{ publicKey: string; signature: string } | undefined> {
  const file = keyFile ?? usualKeyFile(environment)
  const key = await readAuthorKey(file)
  if (!key && keyFile !== undefined)
    throw new AshlarError(
      'NOT_FOUND',
      `there is no file ${keyFile}; create a key with: ${commandLine(environment, 'plugin', 'key', keyFile)}`,
    )
  if (!key) return undefined
  const files = await unpackTarball(tarball)
  const { name: packageName, version } = readPackageFile(files)
  return signFacts({ packageName, version, tarballDigest: digestFiles(files) }, key)
}

/** npm says itself what it does; its output goes where what is no result goes. */
async function publishToNpm(tarball: Buffer, { stdout, stderr, environment }: CommandContext, json: boolean): Promise<number> {
  const { name, version } = readPackageFile(await unpackTarball(tarball))
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-npm-'))
  try {
    const file = join(folder, `${basename(name)}-${version}.tgz`)
    await writeFile(file, tarball)
    const status = await runNpm(['publish', file], environment, (text) => void stderr.write(text))
    if (status !== 0) throw new AshlarError('CONFLICT', `npm has not published ${name} ${version} (status ${status})`)
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
  tell: (text: string) => void,
): Promise<number | null> {
  const env = { ...process.env, ...environment }
  const child = spawn('npm', args, { env, shell: process.platform === 'win32', stdio: ['inherit', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', tell)
  return new Promise((resolve, reject) => {
    child.on('error', (cause) => reject(new AshlarError('NOT_FOUND', `npm could not be started: ${cause.message}`, { cause })))
    child.on('close', resolve)
  })
}

function tell(terminal: Terminal, url: string, { packageName, version, report, digest }: PublishedVersion): void {
  terminal.line(`${terminal.style('green', '✓')} ${terminal.style('bold', `${packageName} ${version}`)} published to ${url}`)
  const width = Math.max(0, ...report.checks.map(({ name }) => name.length))
  for (const { name, ok, message } of report.checks) {
    const sign = ok ? terminal.style('green', '✓') : terminal.style('yellow', '·')
    terminal.line(`  ${sign} ${name.padEnd(width)}  ${plain(message)}`)
  }
  for (const { kind, detail } of report.capabilities)
    terminal.line(`  ${terminal.style('yellow', '!')} ${'may'.padEnd(width)}  ${plain(`${kind}: ${detail}`)}`)
  terminal.line(`  ${terminal.style('dim', `digest ${digest}`)}`)
}
