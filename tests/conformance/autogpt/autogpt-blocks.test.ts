import type { Block, JsonSchema } from '@ashlar/core'
import { createTestRuntime, type TestRuntime } from '@ashlar/core/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import FACTS from './blocks.json' with { type: 'json' }
import { choicesOf, parseFact, typesOf } from './fact.ts'

/** A block of the AutoGPT Platform: pins by name, in the form of {@link parseFact}. */
interface BlockFact {
  name: string
  kind?: string
  static?: boolean
  inputs: Record<string, string>
  outputs: Record<string, string>
}

/** Deliberate differences, which docs/plugins/autogpt-blocks.md explains. */
const DELIBERATE = new Set([
  'AgentExecutor: the input "user_id" is not required',
  'AgentExecutor: the input "graph_version" is not required',
  'AgentExecutor: the input "inputs" is not required',
  'AgentExecutor: the input "input_schema" is not required',
  'AgentExecutor: the input "output_schema" is not required',
  'ReadSpreadsheet: the default of "escapechar" is null instead of "\\\\"',
])

let runtime: TestRuntime
beforeAll(async () => {
  runtime = await createTestRuntime({ role: 'worker' })
})
afterAll(() => runtime.close())

it.each(Object.entries(FACTS as unknown as Record<string, BlockFact>))('%s', (id, fact) => {
  const block = runtime.plugins.block(id)
  const found = block ? differences(fact, block) : ['there is no block with this id']
  expect(found.filter((difference) => !DELIBERATE.has(`${fact.name}: ${difference}`))).toEqual([])
})

function differences(fact: BlockFact, block: Block): string[] {
  const { kind = 'standard', static: isStatic = false } = fact
  return [
    ...(block.kind === kind ? [] : [`its kind is ${block.kind} instead of ${kind}`]),
    ...(block.staticOutput === isStatic ? [] : [`its output is ${block.staticOutput ? '' : 'not '}static`]),
    ...Object.entries(fact.inputs).flatMap(([pin, text]) => inputDifferences(pin, text, block)),
    ...requiredInputs(block)
      .filter((pin) => !(pin in fact.inputs))
      .map((pin) => `the input "${pin}" is required and unknown to AutoGPT`),
    ...Object.entries(fact.outputs).flatMap(([pin, text]) => outputDifferences(pin, text, block)),
  ]
}

const requiredInputs = ({ inputSchema }: Block): string[] => inputSchema.required ?? []

function inputDifferences(pin: string, text: string, block: Block): string[] {
  const fact = parseFact(text)
  const schema = block.inputSchema.properties?.[pin]
  if (!schema) return [`there is no input "${pin}"`]
  const isRequired = requiredInputs(block).includes(pin)
  const accepted = kindsOf(schema)
  const lacking = [...(typesOf(fact.type) ?? ['any'])].filter((type) => !accepts(accepted, type))
  const choices = choicesOf(fact.type)?.filter((choice) => !schema.enum?.includes(choice)) ?? []
  const flags = ['advanced', 'hidden', 'secret'].filter((flag) => (schema[flag] === true) !== fact.flags.includes(flag))
  const value = schema.default ?? null
  return [
    ...(isRequired === fact.isRequired ? [] : [`the input "${pin}" is ${isRequired ? '' : 'not '}required`]),
    ...(fact.isRequired || same(value, fact.default)
      ? []
      : [`the default of "${pin}" is ${JSON.stringify(value)} instead of ${JSON.stringify(fact.default)}`]),
    ...lacking.map((type) => `the input "${pin}" does not accept ${type}`),
    ...choices.map((choice) => `the input "${pin}" has no choice "${choice}"`),
    ...flags.map((flag) => `the input "${pin}" is ${schema[flag] === true ? '' : 'not '}${flag}`),
  ]
}

function outputDifferences(pin: string, text: string, block: Block): string[] {
  const schema = block.outputSchema.properties?.[pin]
  if (!schema) return [`there is no output "${pin}"`]
  const allowed = typesOf(parseFact(text).type)
  if (!allowed) return []
  const extra = [...(kindsOf(schema) ?? ['any'])].filter((type) => !accepts(allowed, type))
  return extra.map((type) => `the output "${pin}" may be ${type}`)
}

function accepts(types: ReadonlySet<string> | undefined, type: string): boolean {
  return types === undefined || types.has(type) || (type === 'integer' && types.has('number'))
}

function kindsOf(schema: JsonSchema): Set<string> | undefined {
  const members = schema.anyOf ?? schema.oneOf
  if (members) {
    const kinds = members.map((member) => kindsOf(member))
    return kinds.includes(undefined) ? undefined : new Set(kinds.flatMap((each) => [...(each ?? [])]))
  }
  if (schema.type === undefined) return schema.enum ? new Set(schema.enum.map((value) => typeof value)) : undefined
  return new Set([schema.type].flat())
}

/** Whether a default that AutoGPT fills in is the same: members that ours adds do not matter. */
function same(ours: unknown, theirs: unknown): boolean {
  return JSON.stringify(ours) === JSON.stringify(theirs)
}
