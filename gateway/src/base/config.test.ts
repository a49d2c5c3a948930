import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseConfig } from './config.ts'

describe('parseConfig', () => {
  it('has a default for every variable', () => {
    const expected = {
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
      secretKeys: [],
      oauthClients: {},
      publicUrl: undefined,
      socketsPerAddress: 256,
      trustedProxies: [],
      configFile: undefined,
    }
    expect(parseConfig({})).toEqual(expected)
    expect(parseConfig({ PORT: '', ASHLAR_DATA_DIR: '', DATABASE_URL: '', ASHLAR_EXAMPLES: '' })).toEqual(expected)
  })

  it('reads every variable', () => {
    const databaseUrl = 'postgresql://me:secret@db.example:5433/ashlar?sslmode=require'
    expect(
      parseConfig({
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
        ASHLAR_SECRET_KEY: `${'A'.repeat(43)}=,${'b'.repeat(43)}`,
        ASHLAR_OAUTH_CLIENTS: '{"github/github":{"clientId":"id","clientSecret":"hunter22"}}',
        ASHLAR_PUBLIC_URL: 'https://Ashlar.example/',
        ASHLAR_WEBSOCKETS: '1000',
        ASHLAR_TRUSTED_PROXIES: '127.0.0.1, fd00::/8',
        ASHLAR_CONFIG: 'conf/ashlar.ts',
      }),
    ).toEqual({
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
      secretKeys: [`${'A'.repeat(43)}=`, 'b'.repeat(43)],
      oauthClients: { 'github/github': { clientId: 'id', clientSecret: 'hunter22' } },
      publicUrl: 'https://ashlar.example',
      socketsPerAddress: 1000,
      trustedProxies: ['127.0.0.1', 'fd00::/8'],
      configFile: 'conf/ashlar.ts',
    })
  })

  it.each([
    [
      { ASHLAR_TRUSTED_PROXIES: '10.0.0.0/33' },
      'environment variable ASHLAR_TRUSTED_PROXIES must be addresses and networks like "127.0.0.1,10.0.0.0/8", got "10.0.0.0/33"',
    ],
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
      { ASHLAR_HTTP_ALLOW: '10.0.0.0/8,http://intranet' },
      'environment variable ASHLAR_HTTP_ALLOW must be hosts and networks like "intranet.example,*.lab.example,10.0.0.0/8", got "10.0.0.0/8,http://intranet"',
    ],
    [{ ASHLAR_EXAMPLES: 'no' }, 'environment variable ASHLAR_EXAMPLES must be "true" or "false", got "no"'],
    [
      { DATABASE_URL: 'mysql://root:secret@db/ashlar' },
      'environment variable DATABASE_URL must be a url like "postgres://user:password@host:5432/database", got "mysql://root:…@db/ashlar"',
    ],
  ])('refuses %j', (environment, message) => {
    expect(() => parseConfig(environment)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message }))
  })

  it.each([
    'secret',
    '{"github":{"clientId":"id","clientSecret":"secret"}}',
    '{"github/github":{"clientId":"id","secret":"secret"}}',
    '["secret"]',
  ])('never tells the clients of %s', (clients) => {
    const message = `environment variable ASHLAR_OAUTH_CLIENTS must be JSON like {"github/github": {"clientId": "…", "clientSecret": "…"}}, got ${clients.length} characters`
    expect(() => parseConfig({ ASHLAR_OAUTH_CLIENTS: clients })).toThrow(expect.objectContaining({ message }))
  })

  it.each(['ashlar.example', 'ftp://ashlar.example', 'https://ashlar.example/?x', 'https://me:secret@ashlar.example'])(
    'refuses the public url %s',
    (url) => {
      expect(() => parseConfig({ ASHLAR_PUBLIC_URL: url })).toThrow(
        expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.not.stringContaining('secret') as unknown }),
      )
    },
  )

  it.each([
    'root:secret@db',
    'mysql://root:sec:secret@x@db',
    'mysql:root:secret@db',
    'http://db/?user=a&password=secret',
    ' postgres ://a:secret@b',
  ])('never tells the password of %s', (url) => {
    expect(() => parseConfig({ DATABASE_URL: url })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    )
  })
})
