import { defineEntity, p } from '@mikro-orm/core'

/** What a key may be allowed to do. No scope includes another one. */
export const API_KEY_SCOPES = [
  'READ_GRAPHS',
  'WRITE_GRAPHS',
  'EXECUTE',
  'READ_EXECUTIONS',
  'MANAGE_CREDENTIALS',
  'PUBLISH_PLUGINS',
  'MANAGE_ACCOUNT',
  'ADMIN',
] as const
export type ApiKeyScope = (typeof API_KEY_SCOPES)[number]

const UserSchema = defineEntity({
  name: 'User',
  tableName: 'app_user',
  properties: {
    id: p.uuid().primary(),
    name: p.string(),
    role: p.string().$type<'OWNER' | 'MEMBER'>(),
    createdAt: p.datetime(),
    /** Normalized by `normalizeEmail`. An address belongs to at most one user. */
    email: p.string().nullable(),
    /** Whether the user has proved to receive the mail of the address. */
    emailVerified: p.boolean().default(false),
  },
})
/** A person. */
export class User extends UserSchema.class {}
UserSchema.setClass(User)

const IdentitySchema = defineEntity({
  name: 'Identity',
  tableName: 'identity',
  properties: {
    issuer: p.string().primary(),
    /** Unique for the issuer. */
    subject: p.string().primary(),
    userId: p.uuid(),
    createdAt: p.datetime(),
  },
})
/** What another issuer calls a user. */
export class Identity extends IdentitySchema.class {}
IdentitySchema.setClass(Identity)

const ApiKeySchema = defineEntity({
  name: 'ApiKey',
  tableName: 'api_key',
  properties: {
    id: p.uuid().primary(),
    /** SHA-256 of the key, hexadecimal. The key itself is not stored. */
    hash: p.string(),
    userId: p.uuid(),
    name: p.string(),
    /** The first characters of the key. Null for the owner key, which has another format. */
    prefix: p.string().nullable(),
    /** Null for all scopes. */
    scopes: p.array<ApiKeyScope>().nullable(),
    /** The accounts to which the key is limited. Null for all accounts of the user. */
    accountIds: p.array<string>().columnType('uuid[]').nullable(),
    /** The graphs to which the key is limited. Null for all graphs of the accounts. */
    graphIds: p.array<string>().columnType('uuid[]').nullable(),
    createdAt: p.datetime(),
    expiresAt: p.datetime().nullable(),
    lastUsedAt: p.datetime().nullable(),
  },
})
/** With what a program authenticates as a user. */
export class ApiKey extends ApiKeySchema.class {}
ApiKeySchema.setClass(ApiKey)

export type AccountKind = 'PERSONAL' | 'ORGANIZATION'

/** From the least to the most powerful. */
export const ACCOUNT_ROLES = ['VIEWER', 'EDITOR', 'ADMIN', 'OWNER'] as const
export type AccountRole = (typeof ACCOUNT_ROLES)[number]

const AccountSchema = defineEntity({
  name: 'Account',
  tableName: 'account',
  properties: {
    /** The id of the user, if it is a personal account. */
    id: p.uuid().primary(),
    kind: p.string().$type<AccountKind>(),
    name: p.string(),
    createdAt: p.datetime(),
  },
})
/** What owns graphs, executions and credentials. */
export class Account extends AccountSchema.class {}
AccountSchema.setClass(Account)

const MemberSchema = defineEntity({
  name: 'Member',
  tableName: 'member',
  properties: {
    id: p.uuid().primary(),
    accountId: p.uuid(),
    userId: p.uuid(),
    role: p.string().$type<AccountRole>(),
    joinedAt: p.datetime(),
  },
})
/** A user in an account. */
export class Member extends MemberSchema.class {}
MemberSchema.setClass(Member)

const InvitationSchema = defineEntity({
  name: 'Invitation',
  tableName: 'invitation',
  properties: {
    id: p.uuid().primary(),
    accountId: p.uuid(),
    role: p.string().$type<AccountRole>(),
    /** SHA-256 of its token. The token itself is not stored. */
    hash: p.string(),
    invitedBy: p.uuid(),
    createdAt: p.datetime(),
    expiresAt: p.datetime(),
  },
})
/** An offer to become a member. It is deleted when it is accepted or revoked. */
export class Invitation extends InvitationSchema.class {}
InvitationSchema.setClass(Invitation)
