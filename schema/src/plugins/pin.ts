import type { JsonSchema } from '@ashlar/core'
import { builder } from '../builder.ts'

interface Pin {
  name: string
  required: boolean
  schema: JsonSchema
}

export const PinType = builder.objectRef<Pin>('Pin').implement({
  description: 'A named, typed input or output of a block.',
  fields: (t) => ({
    name: t.exposeString('name'),
    title: t.string({ nullable: true, resolve: ({ schema }) => schema.title }),
    description: t.string({ nullable: true, resolve: ({ schema }) => schema.description }),
    required: t.exposeBoolean('required', { description: 'Needs a constant or a link.' }),
    default: t.field({ type: 'JSON', nullable: true, resolve: ({ schema }) => schema.default }),
    schema: t.expose('schema', { type: 'JSON' }),
  }),
})

export function pinsOf({ properties = {}, required = [] }: JsonSchema): Pin[] {
  return Object.entries(properties).map(([name, schema]) => ({ name, schema, required: required.includes(name) }))
}
