import { defineEntity, p } from '@mikro-orm/core'

const UserSchema = defineEntity({
  name: 'User',
  tableName: 'user_account',
  properties: {
    id: p.uuid().primary(),
    name: p.string(),
    role: p.string().$type<'OWNER' | 'MEMBER'>(),
    createdAt: p.datetime(),
  },
})
export class User extends UserSchema.class {}
UserSchema.setClass(User)

const ApiKeySchema = defineEntity({
  name: 'ApiKey',
  tableName: 'api_key',
  properties: {
    /** SHA-256 of the key, hexadecimal. The key itself is not stored. */
    hash: p.string().primary(),
    userId: p.uuid(),
    name: p.string(),
    createdAt: p.datetime(),
  },
})
export class ApiKey extends ApiKeySchema.class {}
ApiKeySchema.setClass(ApiKey)
