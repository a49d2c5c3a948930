import { PIN_MARKERS } from '@ashlar/sdk/markers'
import { TOOLS_PIN, findProperty, parsePinPath, type JsonSchema } from '../../pins/index.ts'
import type { PlanNode, Tool } from './plan.ts'

/** How a node appears as a tool. */
export interface ToolFacts {
  name: string
  description: string
  inputSchema: JsonSchema
}

const MAX_NAME = 64

/**
 * Describes the nodes to which the pin `tools` of a node links, in the order of the links.
 *
 * @param factsOf returns the name, the description and the pins of a node
 */
export function describeTools({ links }: PlanNode, factsOf: (node: PlanNode) => ToolFacts): Tool[] {
  const names = new Set<string>()
  const bySink = Map.groupBy(links.get(TOOLS_PIN) ?? [], ({ sink }) => sink)
  return [...bySink].map(([sink, own]) => {
    const facts = factsOf(sink)
    const pins = [...new Set(own.map(({ sinkPin }) => sinkPin))]
    const parameters = nameParameters(pins)
    return {
      name: unique(facts.name, names),
      description: facts.description,
      nodeId: sink.id,
      pins: Object.fromEntries(parameters),
      parameters: parametersOf(parameters, facts.inputSchema, sink.constants),
    }
  })
}

/** A parameter has the name of the last part of its pin: that of `values_#_city` is `city`. */
function nameParameters(pins: readonly string[]): [parameter: string, pin: string][] {
  const names = new Set<string>()
  return pins.map((pin) => {
    const { base, steps } = parsePinPath(pin)
    const last = steps.at(-1)
    return [unique(last && last.kind !== 'index' ? last.key : last ? `${base}_${last.key}` : base, names), pin]
  })
}

/** @param used receives the name */
function unique(text: string, used: Set<string>): string {
  const clean = text.replaceAll(/[^\w-]+/g, '_').replaceAll(/^_+|_+$/g, '') || 'tool'
  let name = clean.slice(0, MAX_NAME)
  for (let i = 2; used.has(name); i++) name = `${clean.slice(0, MAX_NAME - String(i).length - 1)}_${i}`
  used.add(name)
  return name
}

function parametersOf(
  parameters: readonly (readonly [parameter: string, pin: string])[],
  inputSchema: JsonSchema,
  constants: Readonly<Record<string, unknown>>,
): JsonSchema {
  const properties: Record<string, JsonSchema> = {}
  const required: string[] = []
  for (const [parameter, pin] of parameters) {
    const { base, steps } = parsePinPath(pin)
    Object.defineProperty(properties, parameter, { value: schemaOf(pin, inputSchema), enumerable: true })
    const hasValue = constants[base] !== undefined && constants[base] !== null
    if (steps.length > 0 || (inputSchema.required?.includes(base) === true && !hasValue)) required.push(parameter)
  }
  const usesDefinitions = inputSchema.$defs && JSON.stringify(properties).includes('"$ref"')
  return {
    type: 'object',
    properties,
    required,
    additionalProperties: false,
    ...(usesDefinitions && { $defs: inputSchema.$defs }),
  }
}

/** Metadata for editors and for Ashlar. */
const METADATA = new Set<string>([...PIN_MARKERS, 'manyIf', 'advanced', 'hidden', 'secret', 'placeholder', 'paged'])

function schemaOf(pin: string, inputSchema: JsonSchema): JsonSchema {
  const { base, steps } = parsePinPath(pin)
  const schema = findProperty(inputSchema, base) ?? {}
  if (steps.length === 0) return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !METADATA.has(keyword)))
  let part: JsonSchema = schema
  for (const { kind, key } of steps)
    part = kind === 'index' ? (part.items ?? {}) : (findProperty(part, key) ?? objectOf(part.additionalProperties))
  return part.description === undefined && schema.description !== undefined
    ? { ...part, description: `A part of: ${schema.description}` }
    : part
}

function objectOf(schema: JsonSchema | boolean | undefined): JsonSchema {
  return typeof schema === 'object' ? schema : {}
}
