import { defineEntity, p } from '@mikro-orm/core'
import type { CredentialType } from '../capabilities/index.ts'

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
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
    lastUsedAt: p.datetime().nullable(),
  },
})
export class Credential extends CredentialSchema.class {}
CredentialSchema.setClass(Credential)
