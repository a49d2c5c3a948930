import { RestError, type RestApi, type RestRequest } from '@ashlar/sdk/rest'
import { z } from 'zod'

export const pathPin = z
  .string()
  .min(1)
  .refine(
    (path) => path.split('/').every((name) => name !== '' && name !== '.' && name !== '..'),
    'must be a path like "docs/readme.md"',
  )
  .meta({ title: 'Path', description: 'The path of the file in the repository.', examples: ['docs/readme.md'] })

interface FilePlace {
  repository: string
  path: string
  query?: NonNullable<RestRequest['query']>
}

export function toContentsPath({ repository, path }: FilePlace): string {
  return `/repos/${repository}/contents/${path.split('/').map(encodeURIComponent).join('/')}`
}

const fileSchema = z.object({
  type: z.string(),
  encoding: z.string().optional(),
  content: z.string().optional(),
  sha: z.string(),
  html_url: z.string(),
})

/** GitHub returns the content of a file of more than 1 MB as a blob only. @returns the content as Base64 */
export async function readContents(api: RestApi, place: FilePlace): Promise<{ content: string; sha: string; url: string }> {
  const answer = await api.json('GET', toContentsPath(place), { query: place.query ?? {} })
  if (Array.isArray(answer)) throw new Error(`${place.path} is a folder: name a file`)
  const { type, encoding, content = '', sha, html_url: url } = fileSchema.parse(answer)
  if (type !== 'file') throw new Error(`${place.path} is not a file but a ${type}`)
  if (encoding === 'base64') return { content, sha, url }
  const blob = z.object({ content: z.string() }).parse(await api.json('GET', `/repos/${place.repository}/git/blobs/${sha}`))
  return { content: blob.content, sha, url }
}

/** @returns undefined when the bytes are not UTF-8 */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** @returns the id of the newest version of a file, or undefined if the file does not exist */
export async function findVersion(api: RestApi, place: FilePlace): Promise<string | undefined> {
  try {
    return (await readContents(api, place)).sha
  } catch (error) {
    if (error instanceof RestError && error.answer.status === 404) return undefined
    throw error
  }
}
