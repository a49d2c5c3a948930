import type { JsonSchema } from '@ashlar/core'
import { builder } from '../base/builder.ts'

interface Pin {
  name: string
  required: boolean
  schema: JsonSchema
}

export const PinType = builder.objectRef<Pin>('Pin').implement({
  description: 'A named, typed input or output of a block.',
  fields: (t) => ({
    name: t.exposeString('name'),
    title: t.string({ nullable: true, resolve: ({ schema }) => textOf(schema.title) }),
    description: t.string({ nullable: true, resolve: ({ schema }) => textOf(schema.description) }),
    required: t.exposeBoolean('required', { description: 'Needs a constant or a link.' }),
    default: t.field({ type: 'JSON', nullable: true, resolve: ({ schema }) => schema.default }),
    examples: t.field({ type: ['JSON'], resolve: ({ schema }) => listOf(schema.examples) }),
    placeholder: t.string({
      nullable: true,
      description: 'For an empty field.',
      resolve: ({ schema }) => textOf(schema.placeholder),
    }),
    advanced: t.boolean({ description: 'For those who ask for more.', resolve: ({ schema }) => schema.advanced === true }),
    hidden: t.boolean({ description: 'Not to be shown.', resolve: ({ schema }) => schema.hidden === true }),
    secret: t.boolean({ description: 'To be shown as dots.', resolve: ({ schema }) => schema.secret === true }),
    schema: t.expose('schema', { type: 'JSON' }),
  }),
})

export function pinsOf({ properties = {}, required = [] }: JsonSchema): Pin[] {
  return Object.entries(properties).map(([name, schema]) => ({ name, schema, required: required.includes(name) }))
}

/** What a plugin says of its pins is checked as far as pins are used; the rest is shown where it is what it should be. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
