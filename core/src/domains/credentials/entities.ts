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
    /** Unique for its owner and provider. */
    name: p.text(),
    type: p.text().$type<CredentialType>(),
    /** Where the secret may be sent: those of the provider when it was added, or its own. */
    hosts: p.json().$type<string[]>().columnType('json'),
    /** Sealed, see `SecretBox`. Read only where it is used. */
    secret: p.blob().lazy(),
    /** Which key sealed it. */
    keyId: p.text(),
    /** An OAuth 2 credential whose service takes its tokens no more has to be authorized again. */
    status: p.text().$type<'READY' | 'NEEDS_AUTHORIZATION'>().default('READY'),
    /** What was granted; none unless it is of type OAUTH2. */
    scopes: p.json().$type<string[]>().columnType('json').default('[]'),
    /** Of an access token; null when it does not expire, or nobody said when. */
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
