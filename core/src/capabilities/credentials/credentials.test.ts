import { describe, expect, it } from 'vitest'
import { AshlarError } from '../../base/index.ts'
import { createTestCaller } from '../../testing/index.ts'
import { createRunCredentials, type CredentialStore } from './run-credentials.ts'
import type { OpenedCredential } from './usable.ts'

const CREDENTIAL: OpenedCredential = {
  provider: 'a/a',
  name: 'default',
  hosts: ['api.example.com'],
  auth: { type: 'API_KEY', header: 'authorization', format: '{key}' },
  scopes: [],
  hidden: [],
  secret: { type: 'API_KEY', key: 'first' },
}
const DOWN = new AshlarError('HTTP_FAILED', 'down')

function run(open: CredentialStore['open']) {
  return createRunCredentials({ open }, createTestCaller({ qualifiedName: 'a/b', capabilities: { credentials: ['a/a'] } }))
}

describe('a credential in one run', () => {
  it('is opened once for any number of uses', async () => {
    let opened = 0
    const credentials = run(async () => (opened++, CREDENTIAL))
    await Promise.all([credentials.use('a'), credentials.use('a/a')])
    await credentials.use('a')
    expect(opened).toBe(1)
  })

  it('is opened again after a failure', async () => {
    let isDown = true
    const credentials = run(() => (isDown ? Promise.reject(DOWN) : Promise.resolve(CREDENTIAL)))
    const both = await Promise.allSettled([credentials.use('a'), credentials.use('a')])
    expect(both).toEqual([
      { status: 'rejected', reason: DOWN },
      { status: 'rejected', reason: DOWN },
    ])
    isDown = false
    expect((await credentials.use('a')).secret).toEqual(CREDENTIAL.secret)
  })

  it('is renewed before a use when it is due, also after a failed renewal', async () => {
    const renewed: unknown[] = []
    const next = { secret: { type: 'API_KEY' as const, key: 'second' }, hidden: [] }
    const renew: OpenedCredential['renew'] = async (spent) => {
      if (renewed.push(spent) === 1) throw DOWN
      return next
    }
    const credentials = run(async () => ({ ...CREDENTIAL, renewAfter: 0, renew }))
    await expect(credentials.use('a')).rejects.toBe(DOWN)
    expect((await credentials.use('a')).secret).toBe(next.secret)
    expect((await credentials.use('a')).secret).toBe(next.secret)
    expect(renewed).toEqual([CREDENTIAL.secret, CREDENTIAL.secret])
  })
})
