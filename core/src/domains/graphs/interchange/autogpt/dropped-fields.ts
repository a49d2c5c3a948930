import type { TransferChange } from '../report/index.ts'
import { MAX_NAME_LENGTH, type ExportedGraph } from './form.ts'

/** Describes what happened to the fields of a graph besides its nodes and links. */
export function describeDropped(graph: ExportedGraph): TransferChange[] {
  const { name, instructions, recommended_schedule_cron: cron, user_id: userId, trigger_setup_info: trigger } = graph
  const changes: TransferChange[] = []
  const add = (kind: TransferChange['kind'], path: string, message: string): void => void changes.push({ kind, path, message })
  if ((name?.trim().length ?? 0) > MAX_NAME_LENGTH)
    add('DROPPED', 'name', `a name has at most ${MAX_NAME_LENGTH} characters; the end was cut`)
  if (instructions?.trim()) add('MAPPED', 'instructions', 'they are the last part of the description')
  if (graph.input_schema || graph.output_schema)
    add('RECOMPUTED', 'input_schema', 'the inputs and outputs are those of the input and output nodes')
  if (typeof userId === 'string' && userId !== '') add('DROPPED', 'user_id', 'you own the graph')
  if (cron) add('DROPPED', 'recommended_schedule_cron', `the file recommends the schedule ${JSON.stringify(cron)}`)
  if (trigger) add('DROPPED', 'trigger_setup_info', 'the trigger of another installation')
  for (const [path, provider] of providersOf(graph.credentials_input_schema))
    changes.push({ kind: 'DROPPED', path, message: `the export asks for a credential for ${provider}`, provider })
  return changes
}

/** The providers for which an export asks for credentials. */
function providersOf(schema: unknown): [path: string, provider: string][] {
  const { properties } = Object(schema) as { properties?: unknown }
  return Object.entries(Object(properties) as Record<string, unknown>).flatMap(([name, property]) => {
    const { credentials_provider: providers } = Object(property) as { credentials_provider?: unknown }
    const all = Array.isArray(providers) ? providers.filter((each) => typeof each === 'string') : []
    return all.map((provider): [string, string] => [`credentials_input_schema.properties.${name}`, provider])
  })
}
