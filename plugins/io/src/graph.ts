import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

const schemaPin = z
  .record(z.string(), z.unknown())
  .optional()
  .meta({ description: 'Ignored: the graph determines this. Exported graphs contain it.' })

/** The runtime runs the graph as a child execution. Its inputs and outputs are additional pins of the node. */
export const graph = defineBlock({
  id: 'e189baac-8c20-45a1-94a7-55177ea42565',
  name: 'graph',
  description: 'Run another graph as a node: its inputs and outputs are pins.',
  category: 'IO',
  icon: 'workflow',
  synonyms: [
    'sub graph',
    'subflow',
    'sub-workflow',
    'execute workflow',
    'call graph',
    'nested graph',
    'agent executor',
    'run agent',
    'function',
    'reuse',
  ],
  kind: 'graph',
  input: z.object({
    graph_id: z.string().min(1).meta({ description: 'Id of the graph.' }),
    graph_version: z
      .int()
      .min(1)
      .optional()
      .meta({ description: 'Version of the graph. By default the active version at the time of saving.' }),
    agent_name: z.string().nullable().optional(),
    user_id: z.string().optional(),
    inputs: z.record(z.string(), z.unknown()).default({}).meta({ description: 'Constant inputs of the graph, by name.' }),
    input_schema: schemaPin,
    output_schema: schemaPin,
    nodes_input_masks: z.record(z.string(), z.record(z.string(), z.unknown())).nullable().optional().meta({ hidden: true }),
  }),
  output: z.object({}),
  tests: [{ input: { graph_id: 'x' }, output: [['error', 'a graph node runs another graph and has no code']] }],
  // oxlint-disable-next-line require-yield -- the runtime never runs this block
  *run() {
    throw new Error('a graph node runs another graph and has no code')
  },
})
