import { z } from 'zod'

/*
 * Properties of pages in plain form: a text for titles, texts, choices, addresses and dates (`2026-01-01`, or
 * `2026-01-01/2026-01-03` for a range), a number, a boolean, or a list of texts.
 */

const richSchema = z.array(z.object({ plain_text: z.string() }))
const namedSchema = z.object({ name: z.string() })
const dateSchema = z.object({ start: z.string(), end: z.string().nullish() })
const typedSchema = z.looseObject({ type: z.string() })

export function toPlainText(rich: unknown): string {
  return (richSchema.safeParse(rich).data ?? []).map(({ plain_text }) => plain_text).join('')
}

export function toPlain(property: unknown): unknown {
  const typed = typedSchema.parse(property)
  const value = typed[typed.type]
  const read = Object.hasOwn(READERS, typed.type) ? READERS[typed.type] : undefined
  return read ? read(value) : (value ?? null)
}

const toName = (value: unknown): unknown => namedSchema.safeParse(value).data?.name ?? null
const toList =
  (read: (item: unknown) => unknown) =>
  (value: unknown): unknown[] =>
    Array.isArray(value) ? value.map(read) : []
const toDate = (value: unknown): unknown => {
  const { start = null, end } = dateSchema.safeParse(value).data ?? {}
  return end ? `${start}/${end}` : start
}
const toPerson = (value: unknown): unknown => {
  const { name, id } = z.object({ name: z.string().nullish(), id: z.string() }).safeParse(value).data ?? {}
  return name ?? id ?? null
}
const toFile = (value: unknown): unknown => {
  const address = z.object({ url: z.string() }).optional()
  const { file, external } = z.object({ file: address, external: address }).safeParse(value).data ?? {}
  return file?.url ?? external?.url ?? null
}
const toTyped = (value: unknown): unknown => (typedSchema.safeParse(value).success ? toPlain(value) : null)
const toUniqueId = (value: unknown): unknown => {
  const { prefix, number } = z.object({ prefix: z.string().nullish(), number: z.number().nullish() }).safeParse(value).data ?? {}
  return prefix ? `${prefix}-${number}` : (number ?? null)
}
const toRollup = (value: unknown): unknown => {
  const typed = typedSchema.safeParse(value).data
  return typed?.type === 'array' ? toList(toTyped)(typed.array) : toTyped(value)
}

const READERS: Record<string, (value: unknown) => unknown> = {
  title: toPlainText,
  rich_text: toPlainText,
  select: toName,
  status: toName,
  multi_select: toList(toName),
  date: toDate,
  people: toList(toPerson),
  files: toList(toFile),
  relation: toList((item) => z.object({ id: z.string() }).safeParse(item).data?.id ?? null),
  formula: toTyped,
  rollup: toRollup,
  created_by: toPerson,
  last_edited_by: toPerson,
  unique_id: toUniqueId,
}

/** Notion accepts at most 2000 characters in one part of a rich text. */
const MAX_PART_CHARS = 2000

export function toRichText(text: string): unknown[] {
  const parts = text.match(new RegExp(`[\\s\\S]{1,${MAX_PART_CHARS}}`, 'gu')) ?? []
  return parts.map((content) => ({ type: 'text', text: { content } }))
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
const texts = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).map(text)
const fromDate = (value: unknown): unknown => {
  const [start, end] = text(value).split('/')
  return { start, ...(end !== undefined && { end }) }
}

const WRITERS: Record<string, (value: unknown) => unknown> = {
  title: (value) => toRichText(text(value)),
  rich_text: (value) => toRichText(text(value)),
  number: Number,
  checkbox: (value) => value === true || value === 'true',
  select: (value) => ({ name: text(value) }),
  status: (value) => ({ name: text(value) }),
  multi_select: (value) => texts(value).map((name) => ({ name })),
  date: fromDate,
  url: text,
  email: text,
  phone_number: text,
  people: (value) => texts(value).map((id) => ({ id })),
  relation: (value) => texts(value).map((id) => ({ id })),
  files: (value) => texts(value).map((url) => ({ name: url.slice(-100), external: { url } })),
}

/** A list or text is cleared by an empty one. */
const EMPTY: Record<string, unknown> = {
  title: [],
  rich_text: [],
  multi_select: [],
  people: [],
  relation: [],
  files: [],
  checkbox: false,
}

/**
 * Converts plain values to the types of the properties.
 *
 * @param types of the properties by name
 * @throws when there is no such property, or it cannot be set
 */
export function fromPlain(
  values: Readonly<Record<string, unknown>>,
  types: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const type = types[name]
      if (type === undefined) throw new Error(`there is no property "${name}"; there are ${Object.keys(types).join(', ')}`)
      const write = WRITERS[type]
      if (!write) throw new Error(`the property "${name}" cannot be set, because Notion computes a ${type}`)
      if (type === 'checkbox' && !['true', 'false', 'null', ''].includes(String(value)))
        throw new Error(`the property "${name}" must be true or false, got ${JSON.stringify(value)}`)
      if (type === 'number' && value !== null && Number.isNaN(Number(value)))
        throw new Error(`the property "${name}" must be a number, got ${JSON.stringify(value)}`)
      return [name, { [type]: value === null || value === '' ? (EMPTY[type] ?? null) : write(value) }]
    }),
  )
}

const recordSchema = z.object({ properties: z.record(z.string(), typedSchema) })

/** The types of the properties of a page or a data source, by name. */
export function readTypes(record: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(recordSchema.parse(record).properties).map(([name, { type }]) => [name, type]))
}
