import { z } from 'zod'
import { resolveUrl } from '../document/index.ts'
import { toAttachment, type Feed, type FeedEntry } from './feed-pins.ts'
import { toUtc } from './xml.ts'

const text = z.coerce.string().catch('')
const authors = z.array(z.object({ name: text })).catch([])

/** JSON Feed 1.1. Parts with a wrong type are ignored. */
const item = z.object({
  id: text.default(''),
  url: text.default(''),
  external_url: text.default(''),
  title: text.default(''),
  summary: text.default(''),
  content_html: text.default(''),
  content_text: text.default(''),
  image: text.default(''),
  date_published: text.default(''),
  date_modified: text.default(''),
  author: z.object({ name: text }).optional().catch(undefined),
  authors: authors.default([]),
  tags: z.array(text).catch([]).default([]),
  attachments: z
    .array(z.object({ url: text, mime_type: text.default(''), size_in_bytes: z.number().optional().catch(undefined) }))
    .catch([])
    .default([]),
})

const document = z.object({
  version: z.string(),
  title: text.default(''),
  home_page_url: text.default(''),
  description: text.default(''),
  language: text.default(''),
  icon: text.default(''),
  items: z.array(item),
})

/** @throws {Error} when the data is not a JSON feed */
export function parseJsonFeed(data: unknown, base: string, pin: string): Feed {
  const { success, data: feed } = document.safeParse(data)
  if (!success)
    throw new Error(`${pin} must be an RSS, Atom or JSON feed, but the JSON has no "version" and "items" of a JSON feed`)
  return {
    info: {
      title: feed.title,
      url: resolveUrl(feed.home_page_url, base),
      description: feed.description,
      language: feed.language,
      image: resolveUrl(feed.icon, base),
      format: 'json',
    },
    entries: feed.items.map((each) => toEntry(each, base)),
  }
}

function toEntry(each: z.output<typeof item>, base: string): FeedEntry {
  const url = resolveUrl(each.url || each.external_url, base)
  return {
    id: each.id || url,
    url,
    title: each.title,
    published: toUtc(each.date_published),
    updated: toUtc(each.date_modified),
    author: [...each.authors, ...(each.authors.length === 0 && each.author ? [each.author] : [])]
      .map(({ name }) => name)
      .join(', '),
    summary: each.summary,
    content: each.content_html || each.content_text,
    categories: each.tags,
    image: resolveUrl(each.image, base),
    attachments: each.attachments.map((file) => toAttachment(file.url, file.mime_type, file.size_in_bytes, base)),
  }
}
