import { sortPage, type Page, type PageRequest } from '../../base/index.ts'
import type { CredentialType, Provider } from '../../capabilities/index.ts'

/** A provider is in the list if it matches every given condition. */
export interface ProviderFilter {
  /** Part of the name, the title or the description. Case-insensitive. */
  text?: string | undefined
  /** The provider supports one of these kinds. */
  credentialKinds?: readonly CredentialType[] | undefined
}

export type ProviderOrderField = 'NAME' | 'TITLE'

export function listProviders(
  providers: readonly Provider[],
  request: PageRequest<ProviderFilter, ProviderOrderField>,
): Page<Provider> {
  const { text, credentialKinds: kinds } = request.filter
  const part = text?.toLowerCase()
  const matching = providers.filter(
    ({ qualifiedName, title, description = '', auth }) =>
      (kinds === undefined || auth.some(({ type }) => kinds.includes(type))) &&
      (part === undefined || `${qualifiedName}\n${title}\n${description}`.toLowerCase().includes(part)),
  )
  return sortPage(matching, request, ({ qualifiedName, title }) => ({
    value: request.orderBy.field === 'NAME' ? qualifiedName : title,
    id: qualifiedName,
  }))
}
