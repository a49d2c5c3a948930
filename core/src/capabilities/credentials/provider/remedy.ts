import type { CredentialType } from './provider.ts'

interface NeededCredential {
  /** The qualified name, such as `github/github`. */
  provider: string
  /** @default 'default' */
  name?: string | undefined
  scopes?: readonly string[]
}

/**
 * Describes how a user adds a missing credential: the mutation and the command.
 *
 * @param kinds of credentials that the provider accepts; undefined when the provider is not installed
 */
export function describeRemedy(
  { provider, name, scopes = [] }: NeededCredential,
  kinds: readonly CredentialType[] | undefined,
): string {
  if (!kinds) return `install the plugin that declares the provider ${provider}, with the mutation installPlugin`
  const options = [
    ...(name === undefined ? [] : ['--name', quote(name)]),
    ...scopes.flatMap((scope) => ['--scope', quote(scope)]),
    ...(kinds.includes('HOST_SCOPED') ? ['--host <host>'] : []),
  ]
  const command = `the command: ${['ashlar credential add', provider, ...options].join(' ')}`
  if (kinds.every((kind) => kind === 'OAUTH2')) return `grant access with the mutation startAuthorization or ${command}`
  const mutations = kinds.includes('OAUTH2') ? 'addCredential (startAuthorization for OAuth 2)' : 'addCredential'
  return `add one with the mutation ${mutations} or ${command}`
}

/** Quotes a word for a POSIX shell. */
function quote(text: string): string {
  return /^[\w.:/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
