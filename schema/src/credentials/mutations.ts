import { AshlarError, type Credential } from '@ashlar/core'
import { describeAccountId, parseAccountId } from '../base/account-id.ts'
import { builder } from '../base/builder.ts'
import { encodeGlobalId, parseGlobalId } from '../base/global-ids.ts'
import { defineMutation, repeatObject, type PayloadBuilder } from '../base/mutation.ts'
import { CredentialList, CredentialType } from '../refs/credentials.ts'

const ApiKeyInput = builder.inputType('ApiKeyInput', {
  description: 'A secret of kind API_KEY.',
  fields: (t) => ({ key: t.string({ required: true, description: 'The key.' }) }),
})

const UserPasswordInput = builder.inputType('UserPasswordInput', {
  description: 'A secret of kind USER_PASSWORD.',
  fields: (t) => ({
    username: t.string({ required: true, description: 'The name of the user.' }),
    password: t.string({ required: true, description: 'The password of the user.' }),
  }),
})

const HostScopedInput = builder.inputType('HostScopedInput', {
  description: 'A secret of kind HOST_SCOPED.',
  fields: (t) => ({
    headers: t.field({ type: 'JSON', required: true, description: 'Header names and values: `{ authorization: "Bearer …" }`.' }),
  }),
})

const EndpointInput = builder.inputType('EndpointInput', {
  description: 'A secret of kind ENDPOINT.',
  fields: (t) => ({
    baseUrl: t.string({
      description:
        'Where the API starts, such as `http://127.0.0.1:11434/v1`. The default is the base URL that the provider names.',
    }),
    key: t.string({ description: 'The key. Leave it out if the API requires none.' }),
  }),
})

const SecretInput = builder.inputType('SecretInput', {
  description: 'A secret of a kind that the provider supports.',
  isOneOf: true,
  fields: (t) => ({
    apiKey: t.field({ type: ApiKeyInput, description: 'For the kind API_KEY.' }),
    userPassword: t.field({ type: UserPasswordInput, description: 'For the kind USER_PASSWORD.' }),
    endpoint: t.field({ type: EndpointInput, description: 'For the kind ENDPOINT.' }),
    hostScoped: t.field({ type: HostScopedInput, description: 'For the kind HOST_SCOPED.' }),
  }),
})

const PROVIDER = { required: true, description: 'Qualified name of the provider, such as `github/github`.' } as const
const CREDENTIAL_ID = { required: true, description: 'Global id of the credential.' } as const

const credentialFields = (t: PayloadBuilder<{ credential: Credential }>) => ({
  credential: t.field({
    type: CredentialType,
    nullable: true,
    description: 'The credential.',
    resolve: ({ credential }) => credential,
  }),
  credentialEdge: t.field({
    type: CredentialList.Edge,
    nullable: true,
    description: 'The edge of the credential, for lists of credentials.',
    resolve: ({ credential }) => credential && CredentialList.toEdge(credential),
  }),
})

const Authorization = builder.objectRef<{ url: string; expiresAt: Date }>('Authorization').implement({
  description: 'A pending OAuth 2 authorization.',
  fields: (t) => ({
    url: t.exposeString('url', {
      description:
        'Open this URL in a browser that is logged in to this installation. After you consent, the service redirects you back and the credential is stored.',
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'The time after which the URL cannot be used.' }),
  }),
})

defineMutation('startAuthorization', {
  scope: 'MANAGE_CREDENTIALS',
  description: 'Starts an authorization that adds or renews a credential of kind OAUTH2.',
  input: (t) => ({
    provider: t.string(PROVIDER),
    name: t.string({
      description:
        'The name by which nodes refer to the credential. The default is `default`. An existing credential of this name is authorized again.',
    }),
    scopes: t.stringList({ description: 'The scopes to request. The default is the default scopes of the provider.' }),
    accountId: t.id(describeAccountId('The account of the credential.')),
  }),
  payload: (t: PayloadBuilder<{ authorization: { url: string; expiresAt: Date } }>) => ({
    authorization: t.field({
      type: Authorization,
      nullable: true,
      description: 'The authorization that the user completes in a browser.',
      resolve: ({ authorization }) => authorization,
    }),
  }),
  resolve: async ({ provider, name, scopes, accountId }, { api, redirectUri }) => ({
    authorization: await api.credentials.startAuthorization({
      provider,
      name: name ?? undefined,
      scopes: scopes ?? undefined,
      redirectUri: redirectUri(),
      accountId: parseAccountId(accountId),
    }),
  }),
})

const credentialRepetition = repeatObject(
  'credential',
  ({ id }: Credential) => id,
  (api, ids) => api.credentials.find(ids),
)

defineMutation('addCredential', {
  scope: 'MANAGE_CREDENTIALS',
  description: 'Encrypts and stores a secret for a service. Blocks that may use the service can use it immediately.',
  input: (t) => ({
    provider: t.string(PROVIDER),
    name: t.string({ description: 'The name by which nodes refer to it. The default is `default`.' }),
    secret: t.field({ type: SecretInput, required: true, description: 'The secret. It can be replaced but not read.' }),
    hosts: t.stringList({
      description:
        'The hosts that may receive the secret, such as `api.example.com` or `db.example.com:5432`. Only for the kind HOST_SCOPED and for providers without hosts of their own.',
    }),
    accountId: t.id(describeAccountId('The account of the credential.')),
  }),
  repetition: credentialRepetition,
  payload: credentialFields,
  resolve: async ({ provider, name, secret, hosts, accountId }, { api }) => ({
    credential: await placeSecretFaults(
      secret,
      api.credentials.add({
        provider,
        name: name ?? undefined,
        secret: toSecret(secret),
        hosts: hosts ?? undefined,
        accountId: parseAccountId(accountId),
      }),
    ),
  }),
})

defineMutation('updateCredential', {
  scope: 'MANAGE_CREDENTIALS',
  description: 'Changes the name or the secret of a credential. Omitted fields keep their values.',
  input: (t) => ({
    credentialId: t.id(CREDENTIAL_ID),
    name: t.string({ description: 'The new name.' }),
    secret: t.field({ type: SecretInput, description: 'The new secret must have the same kind as the old one.' }),
  }),
  payload: credentialFields,
  resolve: async ({ credentialId, name, secret }, { api }) => ({
    credential: await placeSecretFaults(
      secret,
      api.credentials.update(parseCredentialId({ credentialId }), {
        name: name ?? undefined,
        secret: secret ? toSecret(secret) : undefined,
      }),
    ),
  }),
})

defineMutation('deleteCredential', {
  scope: 'MANAGE_CREDENTIALS',
  description: 'Deletes a credential. Nodes that need it fail from then on. Its tokens are revoked if the provider declares how.',
  input: (t) => ({ credentialId: t.id(CREDENTIAL_ID) }),
  payload: (t: PayloadBuilder<{ credential: Credential }>) => ({
    credential: t.field({
      type: CredentialType,
      nullable: true,
      description: 'The credential as it was.',
      resolve: ({ credential }) => credential,
    }),
    deletedCredentialId: t.id({
      nullable: true,
      description: 'Global id of the deleted credential.',
      resolve: ({ credential }) => credential && encodeGlobalId('Credential', credential.id),
    }),
  }),
  resolve: async (input, { api }) => ({
    credential: await api.credentials.delete(parseCredentialId(input)),
  }),
})

/** @returns a `Secret` that is not validated yet */
function toSecret({ apiKey, userPassword, endpoint, hostScoped }: typeof SecretInput.$inferInput): unknown {
  if (apiKey) return { type: 'API_KEY', ...apiKey }
  if (userPassword) return { type: 'USER_PASSWORD', ...userPassword }
  if (endpoint) return { type: 'ENDPOINT', ...withoutNulls(endpoint) }
  return { type: 'HOST_SCOPED', ...hostScoped }
}

function withoutNulls(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined))
}

/** Moves the faults of a secret to its kind: `secret.hostScoped.headers`, where core has `secret.headers`. */
async function placeSecretFaults<T>(secret: object | null | undefined, change: Promise<T>): Promise<T> {
  try {
    return await change
  } catch (error) {
    if (!(error instanceof AshlarError) || error.details.path?.[0] !== 'secret' || !error.details.faults) throw error
    const details = { ...error.details, path: ['secret', ...Object.keys(secret ?? {})] }
    throw new AshlarError(error.code, error.message, { details, cause: error })
  }
}

function parseCredentialId({ credentialId }: { credentialId: string | number }): string {
  return parseGlobalId(credentialId, 'Credential', 'credentialId')
}
