import type { JsonSchema } from '../../pins/index.ts'
import type { GraphDocument, GraphNode } from './document.ts'
import { findManyOutputs } from './many-outputs.ts'
import type { FindBlock } from './validate.ts'

/** The inputs and outputs of a graph, as JSON Schemas (2020-12). */
interface GraphInterface {
  inputSchema: JsonSchema
  outputSchema: JsonSchema
}

/**
 * Computes the interface from the input and output blocks of a document: their constants `name`, `title`,
 * `description`, `value` (the default) and `options`. An input without a value is required. Each output is a list. It
 * is marked `many` if it may have several values.
 */
export function toInterface(document: GraphDocument, findBlock: FindBlock): GraphInterface {
  const inputs: Record<string, JsonSchema> = {}
  const outputs: Record<string, JsonSchema> = {}
  const required: string[] = []
  const many = findManyOutputs(document, findBlock)
  for (const node of document.nodes) {
    const block = findBlock(node)
    const { name } = node.inputs
    if (!block || typeof name !== 'string') continue
    const schema = block.inputSchema.properties?.value ?? {}
    if (block.kind === 'output') {
      outputs[name] ??= { type: 'array', items: describeSchema(node, {}), ...(many.has(name) && { many: true }) }
    }
    if (block.kind !== 'input') continue
    inputs[name] = describeSchema(node, withoutNull(schema))
    if (node.inputs.value === undefined || node.inputs.value === null) {
      if (schema.default === undefined || schema.default === null) required.push(name)
    } else inputs[name] = { ...inputs[name], default: node.inputs.value }
  }
  return {
    inputSchema: { type: 'object', properties: inputs, required, additionalProperties: false },
    outputSchema: { type: 'object', properties: outputs },
  }
}

function describeSchema({ inputs }: GraphNode, schema: JsonSchema): JsonSchema {
  const described: JsonSchema = { ...schema }
  if (typeof inputs.title === 'string') described.title = inputs.title
  if (typeof inputs.description === 'string') described.description = inputs.description
  const options = [inputs.options, inputs.placeholder_values].find((each) => Array.isArray(each) && each.length > 0)
  if (options) described.enum = options as unknown[]
  return described
}

/** Null means that an optional pin has no value. A graph input has no value if the caller leaves it out. */
function withoutNull(schema: JsonSchema): JsonSchema {
  const { default: _, ...rest } = schema
  if (Array.isArray(rest.type)) {
    const types = rest.type.filter((type) => type !== 'null')
    return { ...rest, type: types.length === 1 && types[0] !== undefined ? types[0] : types }
  }
  const members = schema.anyOf?.filter((member) => member.type !== 'null')
  if (!members) return rest
  const { anyOf: __, ...others } = rest
  return members.length === 1 ? { ...others, ...members[0] } : { ...others, anyOf: members }
}
