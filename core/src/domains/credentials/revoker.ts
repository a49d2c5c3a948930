import { AshlarError } from '../../base/index.ts'
import { placeOf } from './credentials.ts'
import type { Credential } from './entities.ts'
import { oauth2Of, type OAuthSecret } from './oauth-secret.ts'
import type { RenewalParts } from './renewals.ts'
import { revokeToken } from './token-endpoint.ts'

/** @returns gives tokens back where the provider says how; a failure is told to `onError`, for nobody waits */
export function createRevoker(
  parts: Omit<RenewalParts, 'pool'>,
  onError: (error: unknown) => void,
): (credential: Credential) => void {
  return (credential) => {
    revoke(parts, credential).catch((cause: unknown) => {
      const message = `the tokens of a deleted credential for ${credential.provider} could not be given back`
      onError(new AshlarError('AUTHORIZATION_FAILED', message, { cause }))
    })
  }
}

async function revoke(
  { box, http, clients, findProvider }: Omit<RenewalParts, 'pool'>,
  { id, ownerId, provider, secret: bytes, keyId }: Credential,
): Promise<void> {
  const auth = oauth2Of(findProvider(provider))
  const client = clients[provider]
  const secret = JSON.parse(box.open({ bytes, keyId }, placeOf(id, ownerId))) as OAuthSecret
  // Only where the user was told that it would go.
  if (!auth || !client || secret.revocationUrl === undefined || secret.revocationUrl !== auth.revocationUrl) return
  const request = { provider, auth, client }
  // A service that revokes a refresh token ends what came from it as well; access tokens are named for those that do not.
  if (secret.refreshToken !== undefined)
    await revokeToken(http, request, secret.revocationUrl, { token: secret.refreshToken, token_type_hint: 'refresh_token' })
  await revokeToken(http, request, secret.revocationUrl, { token: secret.accessToken, token_type_hint: 'access_token' })
}
