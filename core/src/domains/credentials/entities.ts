import { defineEntity, p } from '@mikro-orm/core'
import type { CredentialType } from '../../capabilities/index.ts'

const CredentialSchema = defineEntity({
  name: 'Credential',
  tableName: 'credential',
  properties: {
    id: p.uuid().primary(),
    ownerId: p.uuid(),
    /** Qualified: `github/github`. */
    provider: p.text(),
    /** Unique per owner and provider. */
    name: p.text(),
    type: p.text().$type<CredentialType>(),
    /**
     * Hosts to which the secret may be sent: the hosts of the provider when the credential was added, or those of the
     * credential.
     */
    hosts: p.json().$type<string[]>().columnType('json'),
    /** Sealed, see `SecretBox`. Loaded only when it is needed. */
    secret: p.blob().lazy(),
    /** Identifies the key that sealed the secret. */
    keyId: p.text(),
    /** NEEDS_AUTHORIZATION after the service has rejected the refresh token. */
    status: p.text().$type<'READY' | 'NEEDS_AUTHORIZATION'>().default('READY'),
    /** Granted scopes; empty unless the type is OAUTH2. */
    scopes: p.json().$type<string[]>().columnType('json').default('[]'),
    /** Expiry of the access token; null if it does not expire or the expiry is unknown. */
    expiresAt: p.datetime().nullable(),
    renewedAt: p.datetime().nullable(),
    renewalUntil: p.datetime().nullable(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
    lastUsedAt: p.datetime().nullable(),
  },
})
export class Credential extends CredentialSchema.class {}
CredentialSchema.setClass(Credential)
