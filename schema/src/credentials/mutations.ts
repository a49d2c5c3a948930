import { builder } from '../base/builder.ts'
import { EXPECTED, expected } from '../errors/index.ts'
import { parseGlobalId } from '../base/global-ids.ts'
import { CredentialType } from '../refs/credentials.ts'

const ApiKeyInput = builder.inputType('ApiKeyInput', { fields: (t) => ({ key: t.string({ required: true }) }) })

const UserPasswordInput = builder.inputType('UserPasswordInput', {
  fields: (t) => ({ username: t.string({ required: true }), password: t.string({ required: true }) }),
})

const HostScopedInput = builder.inputType('HostScopedInput', {
  fields: (t) => ({
    headers: t.field({ type: 'JSON', required: true, description: 'Names and values: `{ authorization: "Bearer …" }`.' }),
  }),
})

const SecretInput = builder.inputType('SecretInput', {
  description: 'One of the kinds that the provider takes.',
  isOneOf: true,
  fields: (t) => ({
    apiKey: t.field({ type: ApiKeyInput }),
    userPassword: t.field({ type: UserPasswordInput }),
    hostScoped: t.field({ type: HostScopedInput }),
  }),
})

const AddCredentialInput = builder.inputType('AddCredentialInput', {
  fields: (t) => ({
    provider: t.string({ required: true, description: 'Qualified: `github/github`.' }),
    name: t.string({ description: 'What nodes call it; `default` unless given.' }),
    secret: t.field({ type: SecretInput, required: true }),
    hosts: t.stringList({ description: 'For a HOST_SCOPED secret: where it may be sent, such as `api.example.com`.' }),
  }),
})

const UpdateCredentialInput = builder.inputType('UpdateCredentialInput', {
  fields: (t) => ({
    credentialId: t.id({ required: true }),
    name: t.string(),
    secret: t.field({ type: SecretInput, description: 'Of the same kind as before.' }),
  }),
})

const DeleteCredentialInput = builder.inputType('DeleteCredentialInput', {
  fields: (t) => ({ credentialId: t.id({ required: true }) }),
})

const StartAuthorizationInput = builder.inputType('StartAuthorizationInput', {
  fields: (t) => ({
    provider: t.string({ required: true, description: 'Qualified: `github/github`.' }),
    name: t.string({
      description: 'What nodes call the credential; `default` unless given. One of that name is authorized again.',
    }),
    scopes: t.stringList({ description: 'What to ask for; the defaults of the provider unless given.' }),
  }),
})

const Authorization = builder.objectRef<{ url: string; expiresAt: Date }>('Authorization').implement({
  description: 'Access that you are about to grant.',
  fields: (t) => ({
    url: t.exposeString('url', {
      description:
        'Open it in a browser that is logged in here. The service asks you, and sends you back; then the credential is there.',
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime' }),
  }),
})

builder.mutationFields((t) => ({
  startAuthorization: t.field({
    type: Authorization,
    errors: { types: EXPECTED },
    description: 'Begins to add, or to renew, a credential of kind OAUTH2.',
    args: { input: t.arg({ type: StartAuthorizationInput, required: true }) },
    resolve: expected(async (_root, { input }, { runtime, user, redirectUri }) =>
      runtime.authorizations.start(user.id, {
        provider: input.provider,
        name: input.name ?? undefined,
        scopes: input.scopes ?? undefined,
        redirectUri: redirectUri(),
      }),
    ),
  }),
  addCredential: t.field({
    type: CredentialType,
    errors: { types: EXPECTED },
    description: 'Keeps a secret for a service, encrypted. Blocks that may use the service use it from now on.',
    args: { input: t.arg({ type: AddCredentialInput, required: true }) },
    resolve: expected((_root, { input }, { runtime, user }) =>
      runtime.credentials.add(user.id, {
        provider: input.provider,
        name: input.name ?? undefined,
        secret: secretOf(input.secret),
        hosts: input.hosts ?? undefined,
      }),
    ),
  }),
  updateCredential: t.field({
    type: CredentialType,
    errors: { types: EXPECTED },
    description: 'Gives a credential another name or secret; what is left out stays.',
    args: { input: t.arg({ type: UpdateCredentialInput, required: true }) },
    resolve: expected((_root, { input }, { runtime, user }) =>
      runtime.credentials.update(user.id, idOf(input), {
        name: input.name ?? undefined,
        secret: input.secret ? secretOf(input.secret) : undefined,
      }),
    ),
  }),
  deleteCredential: t.field({
    type: CredentialType,
    errors: { types: EXPECTED },
    description:
      'Takes a credential away; nodes that need it fail from now on. Tokens are given back where the service takes them back.',
    args: { input: t.arg({ type: DeleteCredentialInput, required: true }) },
    resolve: expected((_root, { input }, { runtime, user }) => runtime.credentials.delete(user.id, idOf(input))),
  }),
}))

/** @returns a `Secret` still to be checked */
function secretOf({ apiKey, userPassword, hostScoped }: typeof SecretInput.$inferInput): unknown {
  if (apiKey) return { type: 'API_KEY', ...apiKey }
  if (userPassword) return { type: 'USER_PASSWORD', ...userPassword }
  return { type: 'HOST_SCOPED', ...hostScoped }
}

function idOf({ credentialId }: { credentialId: string | number }): string {
  return parseGlobalId(credentialId, 'Credential', 'credentialId')
}
