import type { Credential, Secret } from '@ashlar/sdk'
import { fetchFor } from './fetch.ts'
import { callHost } from '../io/host-calls.ts'

type Facts = Pick<Credential, 'provider' | 'name' | 'type' | 'hosts' | 'scopes' | 'baseUrl'>

/** A credential without its secret, which the host adds to the requests. */
export async function getCredential(callId: number, provider: string): Promise<Credential> {
  const facts = (await callHost(callId, 'credentials.get', [provider])) as Facts
  return {
    ...facts,
    fetch: fetchFor(callId, facts.provider),
    presign: async (url, options) => String(await callHost(callId, 'credentials.presign', [facts.provider, { url, ...options }])),
    reveal: async () => (await callHost(callId, 'credentials.reveal', [facts.provider])) as Secret,
  }
}
