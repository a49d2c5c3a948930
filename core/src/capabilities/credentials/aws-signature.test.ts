import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createUsableCredential, type OpenedCredential } from './usable.ts'

// The access key and the expected signatures are those of the examples in the Amazon S3 API reference, "Authenticating
// Requests (AWS Signature Version 4)".
const KEY: OpenedCredential = {
  provider: 's3/s3',
  name: 'default',
  hosts: ['*.s3.amazonaws.com', 's3.eu-central-1.amazonaws.com', 'minio.example:9000'],
  auth: { type: 'USER_PASSWORD', signature: 'AWS4-HMAC-SHA256', service: 's3' },
  scopes: [],
  secret: {
    type: 'USER_PASSWORD',
    username: 'AKIAIOSFODNN7EXAMPLE',
    password: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  },
  hidden: [],
}
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

async function sign(url: string, headers: [string, string][] = []): Promise<Map<string, string>> {
  const { headers: sent } = await createUsableCredential(KEY).attach({ url: new URL(url), method: 'GET', headers })
  return new Map(sent)
}

beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2013-05-24T00:00:00Z'), toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

describe('AWS Signature Version 4', () => {
  it('signs a request as the examples of S3 do', async () => {
    const sent = await sign('https://examplebucket.s3.amazonaws.com/?lifecycle', [['x-amz-content-sha256', EMPTY]])
    expect(sent.get('authorization')).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    )
  })

  it('sends neither the secret nor the header that names the region', async () => {
    const sent = await sign('https://minio.example:9000/a', [['x-ashlar-region', 'here-1']])
    expect(sent.get('authorization')).toContain('/20130524/here-1/s3/')
    expect([...sent].flat().join()).not.toContain('wJalr')
    expect(sent.has('x-ashlar-region')).toBe(false)
  })

  it.each([
    ['https://s3.eu-central-1.amazonaws.com/a', 'eu-central-1'],
    ['https://examplebucket.s3.amazonaws.com/a', 'us-east-1'],
    ['https://minio.example:9000/a', 'us-east-1'],
  ])('finds the region of %s', async (url, region) => {
    expect((await sign(url, [])).get('authorization')).toContain(`/20130524/${region}/s3/`)
  })

  it('signs no request to a host that the credential does not name', async () => {
    expect(await sign('https://evil.example/a', [])).toEqual(new Map())
  })

  it('signs a link as the example of S3 does', async () => {
    const url = new URL('https://examplebucket.s3.amazonaws.com/test.txt')
    const link = new URL(
      await createUsableCredential(KEY).presign({ url, method: 'GET', expiresSeconds: 86_400, region: undefined }),
    )
    expect(link.searchParams.get('X-Amz-Signature')).toBe('aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404')
    expect(link.searchParams.get('X-Amz-Expires')).toBe('86400')
  })

  it('signs no link to another host', async () => {
    const link = { url: new URL('https://evil.example/'), method: 'GET', expiresSeconds: 1, region: undefined }
    await expect(createUsableCredential(KEY).presign(link)).rejects.toMatchObject({ code: 'HTTP_DENIED' })
  })
})
