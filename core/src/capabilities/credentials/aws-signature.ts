import { AwsV4Signer } from 'aws4fetch'
import type { CredentialRequest } from '../http/index.ts'
import type { ProviderAuth } from './provider/index.ts'
import type { Secret } from './secret.ts'

/** An access key: its id is the user name, its secret the password. */
type AccessKey = Extract<Secret, { type: 'USER_PASSWORD' }>
type SignatureAuth = Extract<ProviderAuth, { signature: unknown }>

/** A block names the region in this header, which is not sent. */
const REGION_HEADER = 'x-ashlar-region'

/**
 * Signs a request with AWS Signature Version 4. The signature covers the header `x-amz-content-sha256` of the block; a
 * request to S3 without it has an unsigned body, which TLS protects.
 */
export async function signRequest(
  { url, method, headers }: CredentialRequest,
  key: AccessKey,
  { service }: SignatureAuth,
): Promise<CredentialRequest> {
  const region = headers.find(([name]) => name === REGION_HEADER)?.[1] ?? findRegion(url.hostname)
  const own = headers
    .filter(([name]) => name !== REGION_HEADER && name !== 'authorization')
    .map(([name, value]) => [name, value] satisfies [string, string])
  const signed = await new AwsV4Signer({ url: url.href, method, headers: own, ...toKey(key), service, region }).sign()
  return { url: new URL(signed.url), method, headers: [...new Headers(signed.headers)].filter(([name]) => name !== 'host') }
}

interface LinkOptions {
  url: URL
  method: string
  expiresSeconds: number
  region: string | undefined
}

/** Returns a URL that grants the request to anyone until it expires. */
export async function signLink(
  { url, method, expiresSeconds, region }: LinkOptions,
  key: AccessKey,
  { service }: SignatureAuth,
): Promise<string> {
  const expiring = new URL(url)
  expiring.searchParams.set('X-Amz-Expires', String(expiresSeconds))
  const signer = new AwsV4Signer({
    url: expiring.href,
    method,
    ...toKey(key),
    service,
    region: region ?? findRegion(url.hostname),
    signQuery: true,
  })
  return (await signer.sign()).url.href
}

function toKey({ username, password }: AccessKey): { accessKeyId: string; secretAccessKey: string } {
  return { accessKeyId: username, secretAccessKey: password }
}

/**
 * The label before the domain: `eu-central-1` in `bucket.s3.eu-central-1.amazonaws.com` and `s3.fr-par.scw.cloud`.
 * Services that are not divided into regions accept `us-east-1`.
 */
function findRegion(hostname: string): string {
  const [, region] = /(?:^|\.)s3[.-]([a-z0-9-]+)\.[^.]+\.[^.]+/.exec(hostname) ?? []
  return region ?? 'us-east-1'
}
