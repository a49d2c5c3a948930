import { isIP } from 'node:net'
import { join } from 'node:path'
import {
  AshlarError,
  describeSecretIssue,
  ISOLATIONS,
  isHttpAllowEntry,
  isLocalEndpoint,
  SIGN_UP_POLICIES,
  oauthClientSchema,
  showValue,
  QUOTA_NAMES,
  quotasSchema,
  type CostRate,
  type Isolation,
  type OAuthClient,
  type QuotaOverrides,
  type SignUpPolicy,
} from '@ashlar/core'
import { z } from 'zod'
import { isOrigin, isPostgresUrl, isPublicUrl, isSmtpUrl } from './url-checks.ts'
import { tokenIssuersSchema, type TokenIssuer } from './token-issuer.ts'
import { isProxyEntry } from './client-address.ts'

export const DEFAULT_SOCKETS_PER_ADDRESS = 256

/** The settings of an installation. */
export interface Config {
  /** IP address or host name that the server listens on. @default '127.0.0.1' */
  host: string
  /** 0 selects a free port. @default 4000 */
  port: number
  /** Path relative to the working directory, or absolute. @default '.ashlar' */
  dataDir: string
  /** Directory of the files of executions. @default `files` in the data directory */
  filesDir: string
  /** Undefined for the embedded Postgres. */
  databaseUrl: string | undefined
  /** Whether the first start imports and runs the example graphs. @default true */
  examples: boolean
  /** Days for which the events of executions are stored. @default 30 */
  retentionDays: number
  /** Seconds that blocks with external effects have to finish after a stop request. @default 30 */
  stopGraceSeconds: number
  /** Memory for all sandbox processes together, in MB. Undefined for a quarter of the machine's memory. */
  sandboxMemoryMb: number | undefined
  /** The weakest isolation that may run third-party plugins. Undefined for `SECCOMP`. */
  weakestIsolation: Isolation | undefined
  /** Private hosts and networks that blocks may reach. @default none */
  httpAllow: string[]
  /** Hosts and ports outside the public internet, by the provider whose credentials may be sent there. */
  localEndpoints: Record<string, string[]>
  /** Keys that encrypt credentials, as base64, the newest first. @default none: the data directory contains one */
  secretKeys: string[]
  /** OAuth clients, by qualified provider. @default none */
  oauthClients: Record<string, OAuthClient>
  /**
   * URL at which browsers reach this server, without a trailing slash. Undefined for the address that it listens on.
   */
  publicUrl: string | undefined
  /** Maximum number of WebSockets per client address; a quarter of them may be unacknowledged. @default 256 */
  socketsPerAddress: number
  /** What each key may spend on operations at once and per second. Undefined for no limit. */
  costRate: CostRate | undefined
  /** Limits of accounts that have none of their own. @default those of `docs/operations.md` */
  quotas: QuotaOverrides
  /** Addresses and networks of proxies whose `X-Forwarded-For` header is trusted. @default none */
  trustedProxies: string[]
  /** Origins whose pages may call the API with a key. @default none */
  corsOrigins: string[]
  /** Issuers whose JWTs authenticate callers. @default none */
  tokenIssuers: TokenIssuer[]
  /** Who may create a user. @default 'invitation' */
  signUpPolicy: SignUpPolicy
  /** The mail server for the links of users. Undefined: the server sends no mail. */
  mail: { smtpUrl: string; from: string } | undefined
  /** The operator's configuration file. Undefined for `ashlar.config.ts` in the working directory, if it exists. */
  configFile: string | undefined
}

/**
 * Reads the settings from environment variables. An empty variable counts as unset.
 *
 * @throws {AshlarError} CONFIG_INVALID with the variable, the expected value and the actual value, without passwords
 */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(SETTING_NAMES.map((name) => [name, environment[name] || undefined]))
  const parsed = variables.safeParse(given)
  if (!parsed.success) throw invalid(parsed.error.issues[0], given)
  const { HOST, PORT, ASHLAR_DATA_DIR, DATABASE_URL, ASHLAR_EXAMPLES, ASHLAR_RETENTION_DAYS } = parsed.data
  return {
    host: HOST,
    port: PORT,
    dataDir: ASHLAR_DATA_DIR,
    filesDir: parsed.data.ASHLAR_FILES_DIR ?? join(ASHLAR_DATA_DIR, 'files'),
    databaseUrl: DATABASE_URL,
    examples: ASHLAR_EXAMPLES === 'true',
    retentionDays: ASHLAR_RETENTION_DAYS,
    stopGraceSeconds: parsed.data.ASHLAR_STOP_GRACE_SECONDS,
    sandboxMemoryMb: parsed.data.ASHLAR_SANDBOX_MEMORY,
    weakestIsolation: parsed.data.ASHLAR_SANDBOX_ISOLATION,
    httpAllow: parsed.data.ASHLAR_HTTP_ALLOW,
    localEndpoints: parsed.data.ASHLAR_LOCAL_ENDPOINTS,
    secretKeys: parsed.data.ASHLAR_SECRET_KEY,
    oauthClients: parsed.data.ASHLAR_OAUTH_CLIENTS,
    publicUrl: parsed.data.ASHLAR_PUBLIC_URL,
    socketsPerAddress: parsed.data.ASHLAR_WEBSOCKETS,
    costRate: toCostRate(parsed.data.ASHLAR_COST_LIMIT, parsed.data.ASHLAR_COST_RESTORE_RATE),
    quotas: parsed.data.ASHLAR_QUOTAS,
    trustedProxies: parsed.data.ASHLAR_TRUSTED_PROXIES,
    corsOrigins: parsed.data.ASHLAR_CORS_ORIGINS,
    tokenIssuers: parsed.data.ASHLAR_JWT,
    signUpPolicy: parsed.data.ASHLAR_SIGN_UP,
    mail: parseMail(parsed.data),
    configFile: parsed.data.ASHLAR_CONFIG,
  }
}

function toCostRate(size: number | 'off', restoreRate: number): CostRate | undefined {
  return size === 'off' ? undefined : { size, restoreRate }
}

const variables = z.object({
  HOST: z.string().refine(isListeningHost).default('127.0.0.1'),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .pipe(z.int().max(65_535))
    .default(4000),
  ASHLAR_DATA_DIR: z
    .string()
    .refine((path) => !path.includes('\0'))
    .default('.ashlar'),
  ASHLAR_CONFIG: z
    .string()
    .refine((path) => !path.includes('\0'))
    .optional(),
  ASHLAR_FILES_DIR: z
    .string()
    .refine((path) => !path.includes('\0'))
    .optional(),
  DATABASE_URL: z.string().refine(isPostgresUrl).optional(),
  ASHLAR_EXAMPLES: z.enum(['true', 'false']).default('true'),
  ASHLAR_RETENTION_DAYS: z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .pipe(z.int().min(1))
    .default(30),
  ASHLAR_STOP_GRACE_SECONDS: z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .default(30),
  ASHLAR_SANDBOX_MEMORY: z
    .string()
    .regex(/^\d{1,7}$/)
    .transform(Number)
    .pipe(z.int().min(256))
    .optional(),
  ASHLAR_SANDBOX_ISOLATION: z
    .enum(ISOLATIONS.map((each) => each.toLowerCase()))
    .transform((name) => ISOLATIONS.find((each) => each.toLowerCase() === name))
    .optional(),
  ASHLAR_HTTP_ALLOW: z
    .string()
    .transform((text) => text.split(',').map((entry) => entry.trim()))
    .pipe(z.array(z.string().refine(isHttpAllowEntry)))
    .default([]),
  ASHLAR_LOCAL_ENDPOINTS: z
    .string()
    .transform(parseLocalEndpoints)
    .pipe(z.record(z.string().regex(/^[a-z0-9-]+\/[a-z0-9-]+$/), z.array(z.string().refine(isLocalEndpoint))))
    .default({}),
  ASHLAR_SECRET_KEY: z
    .string()
    .transform((text) => text.split(',').map((key) => key.trim()))
    .pipe(z.array(z.string().refine(isSecretKey)))
    .default([]),
  ASHLAR_OAUTH_CLIENTS: z
    .string()
    .transform(parseJson)
    .pipe(z.record(z.string().regex(/^[a-z0-9-]+\/[a-z0-9-]+$/), oauthClientSchema))
    .default({}),
  ASHLAR_WEBSOCKETS: z
    .string()
    .regex(/^\d{1,6}$/)
    .transform(Number)
    .pipe(z.int().min(1))
    .default(DEFAULT_SOCKETS_PER_ADDRESS),
  ASHLAR_COST_LIMIT: z
    .union([
      z.literal('off'),
      z
        .string()
        .regex(/^\d{1,9}$/)
        .transform(Number)
        .pipe(z.int().min(1000)),
    ])
    .default(100_000),
  ASHLAR_COST_RESTORE_RATE: z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.int().min(1))
    .default(5000),
  ASHLAR_QUOTAS: z.string().transform(parseJson).pipe(quotasSchema).default({}),
  ASHLAR_TRUSTED_PROXIES: z
    .string()
    .transform((text) => text.split(',').map((entry) => entry.trim()))
    .pipe(z.array(z.string().refine(isProxyEntry)))
    .default([]),
  ASHLAR_CORS_ORIGINS: z
    .string()
    .transform((text) => text.split(',').map((entry) => entry.trim()))
    .pipe(z.array(z.string().refine(isOrigin)))
    .default([]),
  ASHLAR_JWT: z.string().transform(parseJson).pipe(tokenIssuersSchema).default([]),
  ASHLAR_SIGN_UP: z.enum(SIGN_UP_POLICIES).default('invitation'),
  SMTP_URL: z.string().refine(isSmtpUrl).optional(),
  MAIL_FROM: z
    .string()
    .refine((from) => /^[^\r\n]*@[^\r\n]*$/.test(from))
    .optional(),
  ASHLAR_PUBLIC_URL: z
    .string()
    .refine(isPublicUrl)
    .transform((url) => new URL(url).href.replace(/\/$/, ''))
    .optional(),
})

/** The environment variables that {@link parseConfig} reads. */
export const SETTING_NAMES: readonly string[] = Object.keys(variables.shape)

const EXPECTED: Record<string, string> = {
  HOST: 'an IP address or a host name of this machine, such as "127.0.0.1"',
  PORT: 'a whole number from 0 to 65535',
  ASHLAR_DATA_DIR: 'the path of a folder',
  ASHLAR_CONFIG: 'the path of a file',
  ASHLAR_FILES_DIR: 'the path of a folder',
  DATABASE_URL: 'a URL like "postgres://user:password@host:5432/database"',
  ASHLAR_EXAMPLES: '"true" or "false"',
  ASHLAR_RETENTION_DAYS: 'a whole number of days, at least 1',
  ASHLAR_STOP_GRACE_SECONDS: 'a whole number of seconds from 0 to 99999',
  ASHLAR_SANDBOX_MEMORY: 'a whole number of MB, at least 256',
  ASHLAR_SANDBOX_ISOLATION: '"process", "seccomp" or "bubblewrap"',
  ASHLAR_HTTP_ALLOW: 'hosts and networks like "intranet.example,*.lab.example,10.0.0.0/8"',
  ASHLAR_LOCAL_ENDPOINTS: 'providers with a host and a port like "ai/openai-compatible=127.0.0.1:11434", separated by commas',
  ASHLAR_SECRET_KEY: '32 random bytes as base64 (openssl rand -base64 32), or several, separated by commas, the newest first',
  ASHLAR_OAUTH_CLIENTS: 'JSON like {"github/github": {"clientId": "…", "clientSecret": "…"}}',
  ASHLAR_WEBSOCKETS: 'a whole number, at least 1',
  ASHLAR_COST_LIMIT: '"off" or a whole number, at least 1000',
  ASHLAR_COST_RESTORE_RATE: 'a whole number, at least 1',
  ASHLAR_QUOTAS: `JSON like {"concurrentExecutions": 100, "graphs": null} with ${QUOTA_NAMES.join(', ')}: whole numbers, null for no limit`,
  ASHLAR_TRUSTED_PROXIES: 'addresses and networks like "127.0.0.1,10.0.0.0/8"',
  ASHLAR_CORS_ORIGINS: 'origins like "https://app.example,http://localhost:3000", without a path and without "*"',
  ASHLAR_JWT: 'JSON like [{"issuer": "https://issuer.example", "audience": "https://ashlar.example"}]',
  ASHLAR_SIGN_UP: '"open", "invitation" or "closed"',
  SMTP_URL: 'a URL like "smtp://user:password@mail.example:587", together with MAIL_FROM',
  MAIL_FROM: 'an address like "Ashlar <ashlar@example.com>"',
  ASHLAR_PUBLIC_URL: 'an http(s) URL without user, query and fragment, like "https://ashlar.example"',
}

/** `a/b=127.0.0.1:1,a/b=[::1]:1` */
function parseLocalEndpoints(text: string): Record<string, string[]> {
  const endpoints: Record<string, string[]> = {}
  for (const entry of text.split(',')) {
    const at = entry.indexOf('=')
    const provider = entry.slice(0, Math.max(0, at)).trim()
    endpoints[provider] = [...(endpoints[provider] ?? []), entry.slice(at + 1).trim()]
  }
  return endpoints
}

/** Errors never contain the values of these variables, which are secret. */
const SECRET = new Set(['SMTP_URL', 'ASHLAR_SECRET_KEY', 'ASHLAR_OAUTH_CLIENTS', 'ASHLAR_JWT'])

/** Errors about these variables name the place in the JSON. */
const DETAILED = new Set(['ASHLAR_JWT'])

function invalid(issue: z.core.$ZodIssue | undefined, given: Record<string, string | undefined>): AshlarError {
  const [variable, ...path] = issue?.path ?? []
  const name = String(variable)
  const value = given[name] ?? ''
  const shown = name.endsWith('_URL') ? withoutPassword(value) : value
  const got = SECRET.has(name) ? `${value.length} characters` : showValue(shown)
  const place = issue && DETAILED.has(name) && path.length > 0 ? `: ${path.join('.')} ${describeSecretIssue(issue)}` : ''
  return new AshlarError('CONFIG_INVALID', `environment variable ${name} must be ${EXPECTED[name]}, got ${got}${place}`, {
    details: { variable: name },
  })
}

/** A name whose last label contains a letter, so that it cannot be a number that the system reads as an address. */
function isListeningHost(text: string): boolean {
  return (isIP(text) !== 0 && !text.includes('%')) || /^([a-z0-9-]+\.)*[a-z0-9-]*[a-z][a-z0-9-]*$/i.test(text)
}

/** Whether the text is 32 bytes as base64 or base64url. */
export function isSecretKey(text: string): boolean {
  return /^[\w+/-]{43}=?$/.test(text) && Buffer.from(text, 'base64').length === 32
}

/** @returns undefined if the text is not JSON. The error then does not contain the text. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A server that sends mail needs the address of a sender. */
function parseMail({ SMTP_URL, MAIL_FROM }: z.output<typeof variables>): Config['mail'] {
  if (SMTP_URL === undefined) return undefined
  if (MAIL_FROM === undefined) throw invalid({ code: 'custom', path: ['MAIL_FROM'], message: '' }, {})
  return { smtpUrl: SMTP_URL, from: MAIL_FROM }
}

/**
 * Also accepts invalid URLs: everything between the first `:` after the user name and the last `@` may be a password.
 */
function withoutPassword(text: string): string {
  return text.replace(/^((?:[a-z+.-]*:\/*)?[^:@]*):.*@/is, '$1:…@').replace(/([?&]password=)[^&]*/gi, '$1…')
}
