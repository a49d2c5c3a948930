import { awsSignature, defineProvider, fromInput, type BlockContext } from '@ashlar/sdk'
import { defineRest, type RestAnswer, type RestApi } from '@ashlar/sdk/rest'
import { z } from 'zod'
import { readText } from './xml.ts'

export const provider = defineProvider({
  name: 's3',
  title: 'S3 storage',
  description:
    'An access key: its id as user name, its secret as password. The host is that of the storage, such as s3.eu-central-1.amazonaws.com.',
  hosts: [],
  auth: [awsSignature({ service: 's3' })],
})

export const capabilities = { http: [fromInput('endpoint')], credentials: [provider.name] }

export const placePins = {
  endpoint: z.url({ protocol: /^https?$/ }).meta({
    title: 'Endpoint',
    description: 'The address of the storage, without the bucket.',
    examples: ['https://s3.eu-central-1.amazonaws.com'],
  }),
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/i, 'must be the name of a bucket')
    .meta({ title: 'Bucket', description: 'The name of the bucket.', examples: ['reports'] }),
  region: z
    .string()
    .regex(/^[a-z0-9-]*$/, 'must be like "eu-central-1"')
    .default('')
    .meta({
      title: 'Region',
      description: 'The region for signatures. By default the region in the endpoint, or us-east-1.',
      advanced: true,
    }),
}

export const keyPin = z
  .string()
  .min(1)
  .max(1024)
  .meta({ title: 'Key', description: 'The name of the object in the bucket.', examples: ['2026/report.pdf'] })

export interface Place {
  endpoint: string
  bucket: string
  region: string
}

const rest = defineRest({ title: 'S3', baseUrl: '', headers: { accept: '*/*' }, findError, findLimit })

export async function openS3(context: BlockContext): Promise<RestApi> {
  const { fetch } = await context.credentials(provider.name)
  return rest.open(fetch, context)
}

/** The path style works with every storage that is compatible with S3. */
export function toUrl({ endpoint, bucket }: Place, key = ''): string {
  const path = key.split('/').map(encodeKey).join('/')
  return `${endpoint.replace(/\/+$/, '')}/${bucket}${key === '' ? '' : `/${path}`}`
}

/** A URL would resolve a segment `.` or `..`. */
function encodeKey(segment: string): string {
  if (segment === '.' || segment === '..') throw new Error(`the key must not contain the segment "${segment}"`)
  return encodeURIComponent(segment).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

export function regionHeader({ region }: Place): Record<string, string> {
  return region === '' ? {} : { 'x-ashlar-region': region }
}

/** @returns the text of an error of S3, or undefined. A copy can fail with the status 200. */
export function findError({ status, text }: Pick<RestAnswer, 'status' | 'text'>): string | undefined {
  const code = text.includes('<Error>') ? readText(text, 'Code') : undefined
  if (status >= 200 && status < 300 && code === undefined) return undefined
  const message = readText(text, 'Message')
  const why = [code, message].filter((part) => part !== undefined).join(': ')
  return `S3 answered with status ${status}${why === '' ? '' : `: ${why}`}`
}

/** S3 answers 503 SlowDown, other storages 429. */
function findLimit({ status, text }: RestAnswer): number | undefined {
  return status === 429 || (status === 503 && text.includes('SlowDown')) ? 0 : undefined
}
