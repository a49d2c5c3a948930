import { z } from 'zod'
import { resolveUrl } from '../document/index.ts'

const attachment = z.object({ url: z.string(), type: z.string(), bytes: z.int().nullable() })

const entryPin = z.object({
  id: z.string(),
  url: z.string(),
  title: z.string(),
  published: z.string().nullable(),
  updated: z.string().nullable(),
  author: z.string(),
  summary: z.string(),
  content: z.string(),
  categories: z.array(z.string()),
  image: z.string(),
  attachments: z.array(attachment),
})

export const feedPins = {
  entry: entryPin.meta({
    title: 'Entry',
    description:
      'Each entry, in the order of the feed: id, url, title, published and updated (in UTC, or null), author, summary and content (often HTML), categories, image, attachments. A missing text is empty.',
    many: true,
  }),
  entries: z.array(entryPin).describe('All entries in one list.'),
  feed: z
    .object({
      title: z.string(),
      url: z.string(),
      description: z.string(),
      language: z.string(),
      image: z.string(),
      format: z.string(),
    })
    .describe('The feed: title, url, description, language, image, and format (rss, atom, rdf or json).'),
  count: z.int().describe('The number of entries.'),
}

export type FeedEntry = z.output<typeof entryPin>
type FeedInfo = z.output<typeof feedPins.feed>

export interface Feed {
  readonly info: FeedInfo
  readonly entries: readonly FeedEntry[]
}

export function toAttachment(
  url: string,
  type: string,
  size: string | number | undefined,
  base: string,
): FeedEntry['attachments'][number] {
  const bytes = Number(size || Number.NaN)
  return { url: resolveUrl(url, base), type, bytes: Number.isSafeInteger(bytes) && bytes > 0 ? bytes : null }
}
