import { AshlarError } from '../../base/index.ts'
import { sealingContext } from './credentials.ts'
import type { Credential } from './entities.ts'
import { clientFor } from './oauth-client.ts'
import { findOAuth2, type OAuthSecret } from './oauth-secret.ts'
import type { RenewalParts } from './renewals.ts'
import { revokeToken } from './token-endpoint.ts'

/**
 * Returns a function that revokes the tokens of a credential, if its provider declares a revocation endpoint. It works
 * in the background and reports a failure to `onError`.
 */
export function createRevoker(
  parts: Omit<RenewalParts, 'pool'>,
  onError: (error: unknown) => void,
): (credential: Credential) => void {
  return (credential) => {
    revoke(parts, credential).catch((cause: unknown) => {
      const message = `the tokens of a deleted credential for ${credential.provider} could not be revoked`
      onError(new AshlarError('AUTHORIZATION_FAILED', message, { cause }))
    })
  }
}

async function revoke(
  { box, http, clients, findProvider }: Omit<RenewalParts, 'pool'>,
  { id, ownerId, provider, secret: bytes, keyId }: Credential,
): Promise<void> {
  const declared = await findProvider(ownerId, provider)
  const auth = findOAuth2(declared)
  const client = clientFor(clients, declared)
  const secret = JSON.parse(box.open({ bytes, keyId }, sealingContext(id, ownerId))) as OAuthSecret
  // The user has accepted only this endpoint.
  if (!auth || !client || secret.revocationUrl === undefined || secret.revocationUrl !== auth.revocationUrl) return
  const request = { provider, auth, client }
  // Most services revoke the access tokens with the refresh token. The second request is for those that do not.
  if (secret.refreshToken !== undefined)
    await revokeToken(http, request, secret.revocationUrl, { token: secret.refreshToken, token_type_hint: 'refresh_token' })
  await revokeToken(http, request, secret.revocationUrl, { token: secret.accessToken, token_type_hint: 'access_token' })
}
