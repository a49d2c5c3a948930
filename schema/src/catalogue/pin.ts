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
    title: t.string({ nullable: true, resolve: ({ schema }) => asText(schema.title) }),
    description: t.string({ nullable: true, resolve: ({ schema }) => asText(schema.description) }),
    required: t.exposeBoolean('required', { description: 'Whether the pin needs a constant or a link.' }),
    default: t.field({ type: 'JSON', nullable: true, resolve: ({ schema }) => schema.default }),
    examples: t.field({ type: ['JSON'], resolve: ({ schema }) => asList(schema.examples) }),
    placeholder: t.string({
      nullable: true,
      description: 'Text that an editor shows in an empty field.',
      resolve: ({ schema }) => asText(schema.placeholder),
    }),
    advanced: t.boolean({
      description: 'Whether editors show the pin only on request.',
      resolve: ({ schema }) => schema.advanced === true,
    }),
    hidden: t.boolean({ description: 'Whether editors hide the pin.', resolve: ({ schema }) => schema.hidden === true }),
    secret: t.boolean({ description: 'Whether editors mask the value.', resolve: ({ schema }) => schema.secret === true }),
    schema: t.expose('schema', { type: 'JSON' }),
  }),
})

export function toPins({ properties = {}, required = [] }: JsonSchema): Pin[] {
  return Object.entries(properties).map(([name, schema]) => ({ name, schema, required: required.includes(name) }))
}

/** Annotations of pins are not validated when a plugin loads. A value of the wrong type is omitted. */
function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
