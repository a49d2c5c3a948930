import { parseArgs } from 'node:util'
import { AshlarError, formatSecretHost, showValue } from '@ashlar/core'
import type { CredentialApi, CredentialKind, NewCredential } from '../../client/index.ts'
import { loggerTo } from '../../base/logger.ts'
import { commandLine } from '../../base/command-line.ts'
import { UsageError, type CommandContext } from '../command/command.ts'
import { connect } from '../command/connection.ts'
import { formatTime } from '../command/format-time.ts'
import { readSecret } from './read-secret.ts'

interface Request {
  /** Qualified. */
  provider: string
  name: string | undefined
  /** The kind that the options select; undefined without such an option. */
  kind: CredentialKind | undefined
  user: string
  hosts: string[]
  baseUrl: string | undefined
  hasKey: boolean
  scopes: string[] | undefined
}

/** `ashlar credential add <provider> …` */
export async function add(args: string[], context: CommandContext): Promise<number> {
  const request = parseRequest(args)
  // Before the user enters the secret.
  for (const host of request.hosts) formatSecretHost(host)
  const { credentials, close } = await connect(context.environment, loggerTo(context.stderr))
  try {
    const kind = request.kind ?? (await defaultKind(credentials, request.provider))
    if (kind === 'OAUTH2') await authorize(credentials, request, context)
    else await addSecret(credentials, request, kind, context)
    return 0
  } finally {
    await close()
  }
}

function parseRequest(args: string[]): Request {
  const options = {
    name: { type: 'string' },
    user: { type: 'string' },
    host: { type: 'string', multiple: true },
    'base-url': { type: 'string' },
    'no-key': { type: 'boolean' },
    'api-key': { type: 'boolean' },
    oauth: { type: 'boolean' },
    scope: { type: 'string', multiple: true },
  } as const
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options })
  const [provider, ...more] = positionals
  if (provider === undefined) throw new UsageError('specify the provider, such as "github/github"')
  if (more.length > 0)
    throw new UsageError('specify one provider: the command reads the secret from standard input, not from an argument')
  const kinds = [
    ...(values['api-key'] ? ['API_KEY' as const] : []),
    ...(values.user === undefined ? [] : ['USER_PASSWORD' as const]),
    ...(values.host === undefined || values.user !== undefined ? [] : ['HOST_SCOPED' as const]),
    ...(values['base-url'] === undefined && !values['no-key'] ? [] : ['ENDPOINT' as const]),
    ...(values.oauth || values.scope ? ['OAUTH2' as const] : []),
  ]
  if (kinds.length > 1)
    throw new UsageError(
      'use only one of --api-key, --user, --host, --base-url and --oauth: each is for a different kind of credential',
    )
  return {
    provider,
    name: values.name,
    kind: kinds[0],
    user: values.user ?? '',
    hosts: values.host ?? [],
    baseUrl: values['base-url'],
    hasKey: values['no-key'] !== true,
    scopes: values.scope,
  }
}

/** @throws {AshlarError} BAD_INPUT when there is no such provider */
async function defaultKind(api: CredentialApi, name: string): Promise<CredentialKind> {
  const names: string[] = []
  for await (const provider of api.providers()) {
    names.push(provider.name)
    if (provider.name === name) return selectKind(name, provider.credentialKinds)
  }
  const message = `there is no provider ${showValue(name)}; available providers: ${names.join(', ') || 'none'}`
  throw new AshlarError('BAD_INPUT', message)
}

/** @throws {UsageError} when the provider requires another option */
function selectKind(name: string, [kind]: readonly CredentialKind[]): CredentialKind {
  if (kind === 'USER_PASSWORD') throw new UsageError(`${name} requires a user name and a password: use --user`)
  if (kind === 'HOST_SCOPED')
    throw new UsageError(`${name} requires the hosts that may receive the headers: use --host, such as --host api.example.com`)
  return kind ?? 'API_KEY'
}

async function authorize(
  api: CredentialApi,
  { provider, name, scopes }: Request,
  { stdout, stderr, environment }: CommandContext,
): Promise<void> {
  const { url, expiresAt } = await api.authorize({ provider, name, scopes })
  stderr.write(`Open this URL before ${formatTime(expiresAt)}, in a browser that is logged in to Ashlar:\n`)
  stdout.write(`${url}\n`)
  stderr.write(
    `Ashlar adds the credential after you grant access. To check, run: ${commandLine(environment, 'credential', 'list')}\n`,
  )
}

async function addSecret(
  api: CredentialApi,
  { provider, name, user, hosts, baseUrl, hasKey }: Request,
  kind: Exclude<CredentialKind, 'OAUTH2'>,
  context: CommandContext,
): Promise<void> {
  const text = hasKey ? await readSecret(QUESTIONS[kind], context) : undefined
  const secret = kind === 'ENDPOINT' ? { endpoint: { baseUrl, key: text } } : toSecret(kind, user, text ?? '')
  const added = await api.add({ provider, name, secret, hosts: hosts.length > 0 ? hosts : undefined })
  context.stderr.write(`Added "${added.name}" for ${provider}.\n`)
  context.stdout.write(`${added.id}\n`)
}

const QUESTIONS = {
  API_KEY: 'API key',
  USER_PASSWORD: 'Password',
  ENDPOINT: 'API key (use --no-key for a server without one)',
  HOST_SCOPED: 'Headers as JSON, such as {"authorization": "Bearer …"}',
}

function toSecret(kind: Exclude<CredentialKind, 'OAUTH2' | 'ENDPOINT'>, username: string, text: string): NewCredential['secret'] {
  if (kind === 'API_KEY') return { apiKey: { key: text } }
  if (kind === 'USER_PASSWORD') return { userPassword: { username, password: text } }
  return { hostScoped: { headers: parseHeaders(text) } }
}

/** The error message never contains the text, because it is a secret. */
function parseHeaders(text: string): Record<string, string> {
  try {
    return JSON.parse(text) as Record<string, string>
  } catch {
    throw new AshlarError('BAD_INPUT', 'the headers must be a JSON object, such as {"authorization": "Bearer …"}')
  }
}
