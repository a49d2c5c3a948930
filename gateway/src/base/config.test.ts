import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseConfig, SETTING_NAMES } from './config.ts'
import { withEnvFiles } from './env-files.ts'

describe('parseConfig', () => {
  it('requires a sender for mail, and does not repeat the URL of the mail server', () => {
    expect(() => parseConfig({ SMTP_URL: 'smtp://u:secret@mail.example' })).toThrow(/MAIL_FROM must be an address/)
    expect(() => parseConfig({ SMTP_URL: 'http://u:secret@mail.example' })).toThrow(/SMTP_URL must be .*, got \d+ characters$/)
    expect(() => parseConfig({ ASHLAR_SIGN_UP: 'yes' })).toThrow(/ASHLAR_SIGN_UP/)
  })

  it('has a default for every variable', () => {
    const expected = {
      host: '127.0.0.1',
      port: 4000,
      dataDir: '.ashlar',
      filesDir: join('.ashlar', 'files'),
      databaseUrl: undefined,
      examples: true,
      retentionDays: 30,
      stopGraceSeconds: 30,
      sandboxMemoryMb: undefined,
      weakestIsolation: undefined,
      httpAllow: [],
      localEndpoints: {},
      secretKeys: [],
      oauthClients: {},
      publicUrl: undefined,
      socketsPerAddress: 256,
      costRate: { size: 100_000, restoreRate: 5000 },
      quotas: {},
      trustedProxies: [],
      corsOrigins: [],
      tokenIssuers: [],
      signUpPolicy: 'invitation',
      mail: undefined,
      configFile: undefined,
    }
    expect(parseConfig({})).toEqual(expected)
    expect(parseConfig({ PORT: '', ASHLAR_DATA_DIR: '', DATABASE_URL: '', ASHLAR_EXAMPLES: '' })).toEqual(expected)
  })

  it('reads every variable', () => {
    const databaseUrl = 'postgresql://me:secret@db.example:5433/ashlar?sslmode=require'
    expect(
      parseConfig({
        HOST: '::',
        PORT: '0',
        ASHLAR_DATA_DIR: '/srv/ashlar',
        ASHLAR_FILES_DIR: '/mnt/files',
        DATABASE_URL: databaseUrl,
        ASHLAR_EXAMPLES: 'false',
        ASHLAR_RETENTION_DAYS: '7',
        ASHLAR_STOP_GRACE_SECONDS: '5',
        ASHLAR_SANDBOX_MEMORY: '2048',
        ASHLAR_SANDBOX_ISOLATION: 'bubblewrap',
        ASHLAR_HTTP_ALLOW: '10.0.0.0/8, *.lab.example',
        ASHLAR_LOCAL_ENDPOINTS: 'ai/openai-compatible=127.0.0.1:11434, ai/openai-compatible=localhost:11434,a/b=[::1]:1',
        ASHLAR_SECRET_KEY: `${'A'.repeat(43)}=,${'b'.repeat(43)}`,
        ASHLAR_OAUTH_CLIENTS: '{"github/github":{"clientId":"id","clientSecret":"hunter22"}}',
        ASHLAR_PUBLIC_URL: 'https://Ashlar.example/',
        ASHLAR_WEBSOCKETS: '1000',
        ASHLAR_COST_LIMIT: '30000',
        ASHLAR_COST_RESTORE_RATE: '100',
        ASHLAR_QUOTAS: '{"graphs":5,"storedBytes":null}',
        ASHLAR_TRUSTED_PROXIES: '127.0.0.1, fd00::/8',
        ASHLAR_CORS_ORIGINS: 'https://app.example, http://localhost:3000',
        ASHLAR_JWT: '[{"issuer":"https://issuer.example","audience":"ashlar"}]',
        ASHLAR_SIGN_UP: 'open',
        SMTP_URL: 'smtp://u:p@mail.example:587',
        MAIL_FROM: 'ashlar@example.com',
        ASHLAR_CONFIG: 'conf/ashlar.ts',
      }),
    ).toEqual({
      host: '::',
      port: 0,
      dataDir: '/srv/ashlar',
      filesDir: '/mnt/files',
      databaseUrl,
      examples: false,
      retentionDays: 7,
      stopGraceSeconds: 5,
      sandboxMemoryMb: 2048,
      weakestIsolation: 'BUBBLEWRAP',
      httpAllow: ['10.0.0.0/8', '*.lab.example'],
      localEndpoints: { 'ai/openai-compatible': ['127.0.0.1:11434', 'localhost:11434'], 'a/b': ['[::1]:1'] },
      secretKeys: [`${'A'.repeat(43)}=`, 'b'.repeat(43)],
      oauthClients: { 'github/github': { clientId: 'id', clientSecret: 'hunter22' } },
      publicUrl: 'https://ashlar.example',
      socketsPerAddress: 1000,
      costRate: { size: 30_000, restoreRate: 100 },
      quotas: { graphs: 5, storedBytes: null },
      trustedProxies: ['127.0.0.1', 'fd00::/8'],
      corsOrigins: ['https://app.example', 'http://localhost:3000'],
      tokenIssuers: [expect.objectContaining({ issuer: 'https://issuer.example', audience: ['ashlar'] })],
      signUpPolicy: 'open',
      mail: { smtpUrl: 'smtp://u:p@mail.example:587', from: 'ashlar@example.com' },
      configFile: 'conf/ashlar.ts',
    })
  })

  it.each([
    [
      { ASHLAR_TRUSTED_PROXIES: '10.0.0.0/33' },
      'environment variable ASHLAR_TRUSTED_PROXIES must be addresses and networks like "127.0.0.1,10.0.0.0/8", got "10.0.0.0/33"',
    ],
    ...['*', 'null', 'app.example', 'https://app.example/', 'https://*.example', 'https://app.example,'].map(
      (ASHLAR_CORS_ORIGINS): [Record<string, string>, string] => [
        { ASHLAR_CORS_ORIGINS },
        `environment variable ASHLAR_CORS_ORIGINS must be origins like "https://app.example,http://localhost:3000", without a path and without "*", got "${ASHLAR_CORS_ORIGINS}"`,
      ],
    ),
    ...['0', '127.1', '10.0.0.1:80', 'http://ashlar.example', '[::1]', 'fe80::1%eth0', 'a b'].map(
      (HOST): [Record<string, string>, string] => [
        { HOST },
        `environment variable HOST must be an IP address or a host name of this machine, such as "127.0.0.1", got ${JSON.stringify(HOST)}`,
      ],
    ),
    [{ PORT: 'http' }, 'environment variable PORT must be a whole number from 0 to 65535, got "http"'],
    [{ PORT: '65536' }, 'environment variable PORT must be a whole number from 0 to 65535, got "65536"'],
    [{ PORT: '-1' }, 'environment variable PORT must be a whole number from 0 to 65535, got "-1"'],
    [{ PORT: '80.5' }, 'environment variable PORT must be a whole number from 0 to 65535, got "80.5"'],
    [
      { ASHLAR_SANDBOX_MEMORY: '100' },
      'environment variable ASHLAR_SANDBOX_MEMORY must be a whole number of MB, at least 256, got "100"',
    ],
    [
      { ASHLAR_SANDBOX_ISOLATION: 'none' },
      'environment variable ASHLAR_SANDBOX_ISOLATION must be "process", "seccomp" or "bubblewrap", got "none"',
    ],
    [
      { ASHLAR_LOCAL_ENDPOINTS: 'ai/openai-compatible=127.0.0.1' },
      'environment variable ASHLAR_LOCAL_ENDPOINTS must be providers with a host and a port like "ai/openai-compatible=127.0.0.1:11434", separated by commas, got "ai/openai-compatible=127.0.0.1"',
    ],
    [
      { ASHLAR_HTTP_ALLOW: '10.0.0.0/8,http://intranet' },
      'environment variable ASHLAR_HTTP_ALLOW must be hosts and networks like "intranet.example,*.lab.example,10.0.0.0/8", got "10.0.0.0/8,http://intranet"',
    ],
    [{ ASHLAR_EXAMPLES: 'no' }, 'environment variable ASHLAR_EXAMPLES must be "true" or "false", got "no"'],
    [
      { DATABASE_URL: 'mysql://root:secret@db/ashlar' },
      'environment variable DATABASE_URL must be a URL like "postgres://user:password@host:5432/database", got "mysql://root:…@db/ashlar"',
    ],
  ])('rejects %j', (environment, message) => {
    expect(() => parseConfig(environment)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message }))
  })

  it.each([
    'secret',
    '{"github":{"clientId":"id","clientSecret":"secret"}}',
    '{"github/github":{"clientId":"id","secret":"secret"}}',
    '["secret"]',
  ])('does not print the OAuth clients %s', (clients) => {
    const message = `environment variable ASHLAR_OAUTH_CLIENTS must be JSON like {"github/github": {"clientId": "…", "clientSecret": "…"}}, got ${clients.length} characters`
    expect(() => parseConfig({ ASHLAR_OAUTH_CLIENTS: clients })).toThrow(expect.objectContaining({ message }))
  })

  it.each([
    ['x', ''],
    ['{}', ''],
    ['[{}]', ': 0.issuer must be text'],
    ['[{"issuer":"https://a.example","audience":"b","secrets":"hunter22"}]', ': 0 unknown field "secrets"'],
    ['[{"issuer":"https://a.example","audience":"b","secret":"hunter22"}]', ': 0.secret must have at least 32 bytes'],
  ])('reports the place of a fault in the token issuers %s, without its value', (text, place) => {
    const example = 'JSON like [{"issuer": "https://issuer.example", "audience": "https://ashlar.example"}]'
    const message = `environment variable ASHLAR_JWT must be ${example}, got ${text.length} characters${place}`
    expect(() => parseConfig({ ASHLAR_JWT: text })).toThrow(expect.objectContaining({ message }))
  })

  it.each(['ashlar.example', 'ftp://ashlar.example', 'https://ashlar.example/?x', 'https://me:secret@ashlar.example'])(
    'rejects the public URL %s',
    (url) => {
      expect(() => parseConfig({ ASHLAR_PUBLIC_URL: url })).toThrow(
        expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.not.stringContaining('secret') as unknown }),
      )
    },
  )

  it.each(['0.0.0.0', '::1', '192.0.2.7', 'localhost', 'server-1.lab.example'])('accepts the host %s', (host) => {
    expect(parseConfig({ HOST: host }).host).toBe(host)
  })

  it.each([
    'root:secret@db',
    'mysql://root:sec:secret@x@db',
    'mysql:root:secret@db',
    'http://db/?user=a&password=secret',
    ' postgres ://a:secret@b',
  ])('does not print the password in %s', (url) => {
    expect(() => parseConfig({ DATABASE_URL: url })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    )
  })
})

describe('the limits of costs and accounts', () => {
  it('have no limit of costs with "off"', () => {
    expect(parseConfig({ ASHLAR_COST_LIMIT: 'off' })).toMatchObject({ costRate: undefined })
  })

  it.each([
    ['ASHLAR_COST_LIMIT', '10'],
    ['ASHLAR_COST_LIMIT', 'on'],
    ['ASHLAR_COST_RESTORE_RATE', '0'],
    ['ASHLAR_QUOTAS', '{'],
    ['ASHLAR_QUOTAS', '{"cheese":1}'],
    ['ASHLAR_QUOTAS', '{"graphs":-1}'],
  ])('rejects %s=%s', (variable, value) => {
    expect(() => parseConfig({ [variable]: value })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', details: { variable } }),
    )
  })
})

describe('withEnvFiles', () => {
  let folder = ''
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'ashlar-env-'))))
  afterEach(() => rm(folder, { recursive: true }))

  it('returns the environment of a folder without files', async () => {
    expect(await withEnvFiles(folder, { PORT: '1' })).toEqual({ PORT: '1' })
  })

  it('prefers the environment to .env, and .env to .env.default', async () => {
    await writeFile(join(folder, '.env.default'), 'PORT=1\nHOST=one\nASHLAR_EXAMPLES=true\n')
    await writeFile(join(folder, '.env'), '# comment\nPORT=2\nexport HOST="two" # comment\n')
    expect(await withEnvFiles(folder, { PORT: '3' })).toEqual({ PORT: '3', HOST: 'two', ASHLAR_EXAMPLES: 'true' })
  })

  it('prefers an empty variable of the environment to the files', async () => {
    await writeFile(join(folder, '.env'), 'PORT=2')
    expect(await withEnvFiles(folder, { PORT: '' })).toEqual({ PORT: '' })
  })

  it('ignores a folder named .env', async () => {
    await mkdir(join(folder, '.env'))
    expect(await withEnvFiles(folder, {})).toEqual({})
  })

  it('rejects a file that it cannot read', async () => {
    await expect(withEnvFiles(join(folder, 'x'.repeat(300)), {})).rejects.toMatchObject({ code: 'ENAMETOOLONG' })
  })
})

describe('.env.default', () => {
  const read = async (): Promise<string> => readFile(new URL('../../../.env.default', import.meta.url), 'utf8')

  it('sets nothing', async () => {
    expect(parseEnv(await read())).toEqual({})
  })

  it('contains the default of every setting in a comment', async () => {
    const settings = parseEnv((await read()).replaceAll(/^# (?=[A-Z_]+=)/gm, ''))
    expect(parseConfig(settings)).toEqual(parseConfig({}))
    expect(Object.keys(settings).toSorted()).toEqual([...SETTING_NAMES, 'ASHLAR_KEY'].toSorted())
  })
})
