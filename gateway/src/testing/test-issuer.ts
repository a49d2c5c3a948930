import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose'

/** An issuer of tokens on this machine, for tests. */
export interface TestIssuer {
  /** Its URL and its claim `iss`. */
  readonly issuer: string
  /** The paths of the requests that it received. */
  readonly requests: string[]
  /** The public keys that it serves. */
  keys: JWK[]
  /** Answers all requests in place of the issuer, until it is undefined. */
  respond: RequestListener | undefined
  /** Adds a key. The next tokens are signed with it. @param kid undefined for a key without a name */
  addKey(algorithm: string, kid?: string): Promise<CryptoKey>
  /**
   * Signs a token that expires in an hour.
   *
   * @param claims in addition to, or in place of, the usual ones. A claim that is undefined is missing.
   * @param header in addition to `alg` and `kid`
   */
  sign(claims?: Record<string, unknown>, header?: object): Promise<string>
  close(): Promise<void>
}

export const TEST_AUDIENCE = 'https://ashlar.test'

export async function startTestIssuer(): Promise<TestIssuer> {
  const requests: string[] = []
  let last: { key: CryptoKey; alg: string; kid: string | undefined } | undefined
  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    if (test.respond) return test.respond(request, response)
    const body = request.url === '/jwks' ? { keys: test.keys } : { issuer: test.issuer, jwks_uri: `${test.issuer}/jwks` }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const test: TestIssuer = {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    keys: [],
    respond: undefined,
    async addKey(alg, kid) {
      const { publicKey, privateKey } = await generateKeyPair(alg)
      test.keys = [...test.keys, { ...(await exportJWK(publicKey)), alg, use: 'sig', ...(kid !== undefined && { kid }) }]
      last = { key: privateKey, alg, kid }
      return publicKey
    },
    async sign(claims, header) {
      if (!last) throw new Error('the issuer has no key')
      const now = Math.floor(Date.now() / 1000)
      const usual = { iss: test.issuer, aud: TEST_AUDIENCE, sub: 'ada', iat: now, exp: now + 3600 }
      const { alg, kid, key } = last
      return new SignJWT({ ...usual, ...claims })
        .setProtectedHeader({ alg, ...(kid !== undefined && { kid }), ...header })
        .sign(key)
    },
    async close() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
  return test
}
