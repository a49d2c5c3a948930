import { z } from 'zod'

/*
 * The form of an export of the AutoGPT Platform, as far as an import uses it. Old exports lack most fields, and newer
 * ones have further fields, which are ignored or reported.
 */

const id = z.string().min(1).max(200)
/** A pin, in the form that the end of a link has here. */
const pin = z.string().max(400).regex(/^.+$/, 'must be the name of a pin in one line')
const data = z.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object',
)
const version = z.number().nullish()

/** Longer names of graphs and nodes are cut. */
export const MAX_NAME_LENGTH = 200

const nodeForm = z.looseObject({
  id,
  block_id: id,
  input_default: data.nullish(),
  metadata: data.nullish(),
})

const linkForm = z.looseObject({
  source_id: id,
  sink_id: id,
  source_name: pin,
  sink_name: pin,
  is_static: z.boolean().nullish(),
})

export const graphForm = z.looseObject({
  id: id.nullish(),
  version,
  name: z.string().nullish(),
  description: z.string().nullish(),
  instructions: z.string().nullish(),
  recommended_schedule_cron: z.string().nullish(),
  user_id: z.unknown().optional(),
  nodes: z.array(nodeForm),
  links: z.array(linkForm).nullish(),
  sub_graphs: z.array(z.unknown()).nullish(),
  subgraphs: z.array(z.unknown()).nullish(),
  credentials_input_schema: z.unknown().optional(),
})

export type ExportedGraph = z.output<typeof graphForm>
export type ExportedNode = z.output<typeof nodeForm>
export type ExportedLink = z.output<typeof linkForm>

/** A graph of a file. */
export interface FileGraph {
  key: string
  graph: ExportedGraph
  /** The place of the graph in the file; empty for the graph of the file itself. */
  path: string[]
}
