import { formatType, toPinKind, type JsonSchema } from '@ashlar/core'
import { builder } from '../base/builder.ts'
import { PinKindType } from '../refs/catalogue-enums.ts'

interface Pin {
  name: string
  required: boolean
  schema: JsonSchema
  /** The schema of all pins, which contains the definitions to which `schema` refers. */
  root: JsonSchema
}

export const PinType = builder.objectRef<Pin>('Pin').implement({
  description: 'A named, typed input or output of a block.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name, unique among the inputs or outputs of the block.' }),
    kind: t.field({
      type: PinKindType,
      description: 'The kind of its values.',
      resolve: ({ schema, root }) => toPinKind(schema, root),
    }),
    type: t.string({
      description: 'The type of its values in TypeScript notation, such as `"ASC" | "DESC"` or `{ name: string }[]`.',
      resolve: ({ schema, root }) => formatType(schema, root),
    }),
    title: t.string({
      nullable: true,
      description: 'A name for people. Null if it has none.',
      resolve: ({ schema }) => asText(schema.title),
    }),
    description: t.string({
      nullable: true,
      description: 'What the values mean. Null if the author has not described it.',
      resolve: ({ schema }) => asText(schema.description),
    }),
    required: t.exposeBoolean('required', { description: 'Whether the pin needs a constant or a link.' }),
    default: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The value of an input pin that has neither a constant nor a link. Null if it has no default.',
      resolve: ({ schema }) => schema.default,
    }),
    examples: t.field({ type: ['JSON'], description: 'Sample values.', resolve: ({ schema }) => asList(schema.examples) }),
    placeholder: t.string({
      nullable: true,
      description: 'Text that an editor shows in an empty field. Null if it has none.',
      resolve: ({ schema }) => asText(schema.placeholder),
    }),
    advanced: t.boolean({
      description: 'Whether editors show the pin only on request.',
      resolve: ({ schema }) => schema.advanced === true,
    }),
    hidden: t.boolean({ description: 'Whether editors hide the pin.', resolve: ({ schema }) => schema.hidden === true }),
    secret: t.boolean({ description: 'Whether editors mask the value.', resolve: ({ schema }) => schema.secret === true }),
    schema: t.expose('schema', {
      type: 'JSON',
      description:
        'The exact type of its values, JSON Schema 2020-12. `$ref` refers to `$defs` of `inputSchema` or `outputSchema`.',
    }),
  }),
})

/** @param root the schema of the inputs or outputs of a block */
export function toPins(root: JsonSchema): Pin[] {
  const { properties = {}, required = [] } = root
  return Object.entries(properties).map(([name, schema]) => ({ name, schema, root, required: required.includes(name) }))
}

/** Annotations of pins are not validated when a plugin loads. A value of the wrong type is omitted. */
function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
