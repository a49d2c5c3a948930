import { builder } from '../base/builder.ts'
import { EXPECTED_ERRORS, withExpectedErrors } from '../errors/index.ts'
import { parseGlobalId } from '../base/global-ids.ts'
import { CredentialType } from '../refs/credentials.ts'

const ApiKeyInput = builder.inputType('ApiKeyInput', { fields: (t) => ({ key: t.string({ required: true }) }) })

const UserPasswordInput = builder.inputType('UserPasswordInput', {
  fields: (t) => ({ username: t.string({ required: true }), password: t.string({ required: true }) }),
})

const HostScopedInput = builder.inputType('HostScopedInput', {
  fields: (t) => ({
    headers: t.field({ type: 'JSON', required: true, description: 'Header names and values: `{ authorization: "Bearer …" }`.' }),
  }),
})

const SecretInput = builder.inputType('SecretInput', {
  description: 'A secret of a kind that the provider supports.',
  isOneOf: true,
  fields: (t) => ({
    apiKey: t.field({ type: ApiKeyInput }),
    userPassword: t.field({ type: UserPasswordInput }),
    hostScoped: t.field({ type: HostScopedInput }),
  }),
})

const AddCredentialInput = builder.inputType('AddCredentialInput', {
  fields: (t) => ({
    provider: t.string({ required: true, description: 'Qualified name, such as `github/github`.' }),
    name: t.string({ description: 'The name by which nodes refer to it. The default is `default`.' }),
    secret: t.field({ type: SecretInput, required: true }),
    hosts: t.stringList({ description: 'The hosts that may receive a HOST_SCOPED secret, such as `api.example.com`.' }),
  }),
})

const UpdateCredentialInput = builder.inputType('UpdateCredentialInput', {
  fields: (t) => ({
    credentialId: t.id({ required: true }),
    name: t.string(),
    secret: t.field({ type: SecretInput, description: 'The new secret must have the same kind as the old one.' }),
  }),
})

const DeleteCredentialInput = builder.inputType('DeleteCredentialInput', {
  fields: (t) => ({ credentialId: t.id({ required: true }) }),
})

const StartAuthorizationInput = builder.inputType('StartAuthorizationInput', {
  fields: (t) => ({
    provider: t.string({ required: true, description: 'Qualified name, such as `github/github`.' }),
    name: t.string({
      description:
        'The name by which nodes refer to the credential. The default is `default`. An existing credential of this name is authorized again.',
    }),
    scopes: t.stringList({ description: 'The scopes to request. The default is the default scopes of the provider.' }),
  }),
})

const Authorization = builder.objectRef<{ url: string; expiresAt: Date }>('Authorization').implement({
  description: 'A pending OAuth 2 authorization.',
  fields: (t) => ({
    url: t.exposeString('url', {
      description:
        'Open this URL in a browser that is logged in to this installation. After you consent, the service redirects you back and the credential is stored.',
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime' }),
  }),
})

builder.mutationFields((t) => ({
  startAuthorization: t.field({
    type: Authorization,
    errors: { types: EXPECTED_ERRORS },
    description: 'Starts an authorization that adds or renews a credential of kind OAUTH2.',
    args: { input: t.arg({ type: StartAuthorizationInput, required: true }) },
    resolve: withExpectedErrors(async (_root, { input }, { runtime, user, redirectUri }) =>
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
    errors: { types: EXPECTED_ERRORS },
    description: 'Encrypts and stores a secret for a service. Blocks that may use the service can use it immediately.',
    args: { input: t.arg({ type: AddCredentialInput, required: true }) },
    resolve: withExpectedErrors((_root, { input }, { runtime, user }) =>
      runtime.credentials.add(user.id, {
        provider: input.provider,
        name: input.name ?? undefined,
        secret: toSecret(input.secret),
        hosts: input.hosts ?? undefined,
      }),
    ),
  }),
  updateCredential: t.field({
    type: CredentialType,
    errors: { types: EXPECTED_ERRORS },
    description: 'Changes the name or the secret of a credential. Omitted fields keep their values.',
    args: { input: t.arg({ type: UpdateCredentialInput, required: true }) },
    resolve: withExpectedErrors((_root, { input }, { runtime, user }) =>
      runtime.credentials.update(user.id, parseCredentialId(input), {
        name: input.name ?? undefined,
        secret: input.secret ? toSecret(input.secret) : undefined,
      }),
    ),
  }),
  deleteCredential: t.field({
    type: CredentialType,
    errors: { types: EXPECTED_ERRORS },
    description:
      'Deletes a credential. Nodes that need it fail from then on. Its tokens are revoked if the provider declares how.',
    args: { input: t.arg({ type: DeleteCredentialInput, required: true }) },
    resolve: withExpectedErrors((_root, { input }, { runtime, user }) =>
      runtime.credentials.delete(user.id, parseCredentialId(input)),
    ),
  }),
}))

/** @returns a `Secret` that is not validated yet */
function toSecret({ apiKey, userPassword, hostScoped }: typeof SecretInput.$inferInput): unknown {
  if (apiKey) return { type: 'API_KEY', ...apiKey }
  if (userPassword) return { type: 'USER_PASSWORD', ...userPassword }
  return { type: 'HOST_SCOPED', ...hostScoped }
}

function parseCredentialId({ credentialId }: { credentialId: string | number }): string {
  return parseGlobalId(credentialId, 'Credential', 'credentialId')
}
