import { z } from 'zod'
import { AshlarError, describeIssues, showFaults } from '../../base/index.ts'
import { parseTarget } from '../http/index.ts'
import { type Caller, type CapabilityHost, unknownHostCall } from '../capability/index.ts'
import { assertCredentialGranted, type CredentialGrants } from './grant.ts'
import type { RunCredentials } from './run-credentials.ts'

/**
 * Returns the facts of a credential to a block, `credentials.get(provider)`, its secret,
 * `credentials.reveal(provider)`, and links that it signs, `credentials.presign(provider, { url, method, expiresSeconds,
 * region })`. Requests with a credential are host calls of `http`.
 */
export function createCredentialsHost(getCredentials: (caller: Caller) => RunCredentials): CapabilityHost<CredentialGrants> {
  return {
    createSession: (caller) => ({
      getEffect: () => 'none',
      async perform(method, [provider, link]) {
        const credentials = getCredentials(caller)
        if (method === 'credentials.get') return (await credentials.use(provider)).facts
        if (method !== 'credentials.reveal' && method !== 'credentials.presign') throw unknownHostCall(caller.block, method)
        assertCredentialGranted(caller.block, provider, method, caller.block.capabilities[method] ?? [])
        const usable = await credentials.use(provider)
        return method === 'credentials.reveal' ? usable.secret : usable.presign(parseLink(link))
      },
      close: () => {},
    }),
  }
}

const linkSchema = z.strictObject({
  url: z.string().max(16_000),
  method: z.enum(['GET', 'PUT', 'HEAD', 'DELETE']).default('GET'),
  expiresSeconds: z.int().min(1).max(604_800).default(3600),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,50}$/)
    .optional(),
})

/** @throws {AshlarError} BAD_INPUT */
function parseLink(link: unknown): { url: URL; method: string; expiresSeconds: number; region: string | undefined } {
  const parsed = linkSchema.safeParse(link)
  if (parsed.success) return { ...parsed.data, region: parsed.data.region, url: parseTarget(parsed.data.url) }
  throw new AshlarError('BAD_INPUT', `presign: ${showFaults(describeIssues(parsed.error, link))}`)
}
