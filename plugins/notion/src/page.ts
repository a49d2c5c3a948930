import { z } from 'zod'
import { toPlain, toPlainText } from './properties.ts'

const pageSchema = z.object({
  object: z.string(),
  id: z.string(),
  url: z.string().default(''),
  created_time: z.string().nullish(),
  last_edited_time: z.string().nullish(),
  properties: z.record(z.string(), z.looseObject({ type: z.string() })).default({}),
  title: z.unknown().optional(),
})

/** A page with its properties in plain form. */
export function toPage(item: unknown): {
  id: string
  url: string
  title: string
  created_at: string | null
  updated_at: string | null
  properties: Record<string, unknown>
} {
  const page = pageSchema.parse(item)
  const entries = Object.entries(page.properties)
  const titled = entries.find(([, { type }]) => type === 'title')?.[1]
  const isPage = page.object === 'page'
  return {
    id: page.id,
    url: page.url,
    title: isPage ? toPlainText(titled?.title) : toPlainText(page.title),
    created_at: page.created_time ?? null,
    updated_at: page.last_edited_time ?? null,
    properties: isPage ? Object.fromEntries(entries.map(([name, property]) => [name, toPlain(property)])) : {},
  }
}
