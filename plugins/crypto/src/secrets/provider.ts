import { apiKey, defineProvider, type BlockContext } from '@ashlar/sdk'

/**
 * A key that the blocks of this plugin calculate with. It belongs in a credential, because the values of pins are in
 * the journal. No service receives it: names below `.invalid` never exist (RFC 2606).
 */
export const secretProvider = defineProvider({
  name: 'secret',
  title: 'Secret key',
  description: 'A key or a password for signatures and encryption. Write a PEM key in one line.',
  hosts: ['secret-key.invalid'],
  auth: [apiKey()],
})

/** The capability of blocks that calculate with the key. */
export const secretGrant = { 'credentials.reveal': ['secret'] } as const

/** @throws {Error} CREDENTIAL_MISSING when the node has no credential */
export async function readSecret({ credentials }: Pick<BlockContext, 'credentials'>): Promise<string> {
  const credential = await credentials('secret')
  const secret = await credential.reveal()
  if (secret.type !== 'API_KEY') throw new Error('the credential must contain one key')
  return secret.key
}
