import { relative } from 'node:path'
import { parseArgs } from 'node:util'
import { AshlarError, LOGIN_MINUTES, findServer, type Role } from '@ashlar/core'
import { createApi, createClient } from '../../client/index.ts'
import { limitHeapGrowth } from '../../base/heap.ts'
import { commandLine, publicLoginCommand } from '../../base/command-line.ts'
import { parseConfig, type Config } from '../../base/config.ts'
import { openInstallation, type Installation } from '../../installation/index.ts'
import { loggerTo, type Logger } from '../../base/logger.ts'
import { assertPortFree, createGateway } from '../../server/index.ts'
import { UsageError, type CommandContext } from '../command/command.ts'
import { SMALLEST_EXAMPLE, isFirstBoot, runExamples } from './examples.ts'
import { watchFailedPlugins } from '../command/failed-plugins.ts'
import { nameHint } from './login.ts'
import { serveWorker } from './start-worker.ts'
import { listenForStop, type Stop } from '../command/stop.ts'
import { createTerminal, type Terminal } from '../command/terminal.ts'

/** Limit for the steps of stopping after the grace period. */
const STOP_WITHIN_MS = 9500

/** `ashlar start [--role all|gateway|worker]` runs until it receives a request to stop. */
export async function start(args: string[], { stdout, stderr, environment }: CommandContext): Promise<number> {
  limitHeapGrowth()
  const role = parseRole(args)
  const config = parseConfig(environment)
  const logger = loggerTo(stderr)
  if (role === 'worker') return startWorker(config, logger, stdout)
  if (role === 'gateway') sharedDatabase(role, config)
  // A server that runs on this data directory probably uses the port too. The error about the directory explains more.
  if ((await findServer(config.dataDir)) === undefined) await assertPortFree(config.port, config.host)
  using stop = listenForStop(stopWithinMs(config))
  const lost = { reason: undefined as string | undefined }
  const onDatabaseLost = (reason: string): void => {
    logger.error(`error DATABASE_FAILED: ${reason}`)
    lost.reason = reason
    stop.now()
  }
  const installation = await openInstallation({ config, role, logger, watch: true, onDatabaseLost })
  try {
    const ready = (url: string): void => void stdout.write(`ready ${url}\n`)
    const terminal = createTerminal(stderr, environment)
    await serve({ config, installation, environment, terminal, logger, stop, ready })
  } finally {
    await installation.close(lost.reason === undefined ? {} : { graceMs: 0 })
  }
  return lost.reason === undefined ? 0 : 1
}

async function startWorker(config: Config, logger: Logger, stdout: CommandContext['stdout']): Promise<number> {
  const databaseUrl = sharedDatabase('worker', config)
  using stop = listenForStop(stopWithinMs(config))
  await serveWorker({ config, databaseUrl, logger, signal: stop.signal, ready: () => void stdout.write('ready worker\n') })
  return 0
}

function stopWithinMs({ stopGraceSeconds }: Config): number {
  return stopGraceSeconds * 1000 + STOP_WITHIN_MS
}

/** @throws {AshlarError} CONFIG_INVALID without `DATABASE_URL`: only one process can use the embedded Postgres */
function sharedDatabase(role: Role, { databaseUrl }: Config): string {
  if (databaseUrl !== undefined) return databaseUrl
  const message = `--role ${role} requires DATABASE_URL: separate gateways and workers share one Postgres server, and only one process can use the embedded one`
  throw new AshlarError('CONFIG_INVALID', message, { details: { variable: 'DATABASE_URL' } })
}

const ROLES: Role[] = ['all', 'gateway', 'worker']

function parseRole(args: string[]): Role {
  const { values } = parseArgs({ args, options: { role: { type: 'string', default: 'all' } } })
  const role = ROLES.find((each) => each === values.role)
  if (!role) throw new UsageError(`--role must be one of ${ROLES.join(', ')}, got "${values.role}"`)
  return role
}

interface Service {
  config: Config
  installation: Installation
  environment: CommandContext['environment']
  terminal: Terminal
  logger: Logger
  stop: Stop
  ready(url: string): void
}

async function serve({ config, installation, environment, terminal, logger, stop, ready }: Service): Promise<void> {
  const { runtime, dataDir, ownerKey, ownerId } = installation
  const { publicUrl, socketsPerAddress, trustedProxies, corsOrigins, tokenIssuers, signUpPolicy, mail } = config
  const loginCommand = publicUrl === undefined ? commandLine(environment, 'login') : publicLoginCommand(environment)
  const access = { publicUrl, socketsPerAddress, trustedProxies, corsOrigins, tokenIssuers, signUpPolicy, mail }
  const gateway = createGateway({ runtime, ownerKey, ...access, loginCommand, logger })
  let unwatch: (() => void) | undefined
  try {
    const url = await gateway.listen(config.port, config.host)
    await dataDir.setServer(url)
    unwatch = watchFailedPlugins(runtime.plugins, logger)
    if (!stop.signal.aborted) ready(url)
    if (config.examples) await showExamples({ url, key: ownerKey, fetch: gateway.fetch }, terminal, stop.signal)
    if (!stop.signal.aborted) printNextSteps((await gateway.createLoginLink(ownerId)).url, environment, terminal)
    await aborted(stop.signal)
    terminal.line('Stopping. Send a second signal to stop immediately.')
  } finally {
    unwatch?.()
    await gateway.close()
  }
}

async function showExamples(
  connection: Parameters<typeof createClient>[0],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const api = createApi(createClient(connection))
  try {
    if (!signal.aborted && (await isFirstBoot(api))) await runExamples(api, terminal, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

function printNextSteps(link: string, environment: CommandContext['environment'], terminal: Terminal): void {
  const command = (...words: string[]): string => terminal.style('bold', commandLine(environment, ...words))
  terminal.line(`
Open ${terminal.style('bold', link)}
in a browser within ${LOGIN_MINUTES} minutes. The link logs in one browser and opens the API with examples to try.${nameHint(link)}
To print another link, run in another terminal: ${command('login')}
To run a graph: ${command('run', relative('', SMALLEST_EXAMPLE), '--input', 'name=Grace')}
Ctrl-C stops the server. Executions continue at the next start.`)
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
