import { z } from 'zod'
import { AshlarError, describeIssues, showFaults } from '../../../../base/index.ts'
import type { GraphVersion } from '../../entities.ts'
import { describeCycle, FILE_LIMITS, findCycle, type Draft } from '../report/index.ts'

const graphForm = {
  name: z.string(),
  description: z.string().default(''),
  labels: z.array(z.string()).default([]),
  document: z.looseObject({ nodes: z.array(z.unknown()) }),
}

const fileForm = z.strictObject({
  $schema: z.string().optional(),
  ...graphForm,
  graphs: z
    .record(z.string(), z.strictObject(graphForm))
    .refine((graphs) => Object.keys(graphs).length <= FILE_LIMITS.graphs, `must have at most ${FILE_LIMITS.graphs} graphs`)
    .default({}),
  /** `ashlar run` uses these default inputs. */
  inputs: z.unknown().optional(),
})

const DEFAULT_NAME = 'Imported graph'

/**
 * Reads a file in the format of Ashlar: `{ name, description?, labels?, document, graphs? }`, or a bare document.
 *
 * @returns the graph of the file first, then the graphs that it contains for its nodes
 * @throws {AshlarError} BAD_INPUT GRAPH_INVALID
 */
export function readAshlarFile(file: Record<string, unknown>): Draft[] {
  if (file.document === undefined && Array.isArray(file.nodes))
    return [toDraft('', { name: DEFAULT_NAME, description: '', labels: [], document: file }, [], [], new Set())]
  const parsed = fileForm.safeParse(file)
  if (!parsed.success) {
    const faults = describeIssues(parsed.error, file)
    const message = `the file is not a graph, { name, description?, labels?, document, graphs? }: ${showFaults(faults)}`
    throw new AshlarError('BAD_INPUT', message, { details: { path: ['document'], faults: faults.map(placeInside) } })
  }
  const { graphs, ...root } = parsed.data
  const keys = new Set(Object.keys(graphs))
  const drafts = [
    toDraft('', root, [], ['document'], keys),
    ...Object.entries(graphs).map(([key, graph]) => toDraft(key, graph, ['graphs', key], ['graphs', key, 'document'], keys)),
  ]
  assertNoCycle(drafts)
  return drafts
}

type FileGraph = Pick<z.output<typeof fileForm>, 'name' | 'description' | 'labels'> & { document: Record<string, unknown> }

function toDraft(
  key: string,
  { name, description, labels, document }: FileGraph,
  path: string[],
  documentPath: string[],
  keys: ReadonlySet<string>,
): Draft {
  const nodes = document.nodes as unknown[]
  const children = nodes.flatMap((node) => graphIdOf(node) ?? []).filter((id) => keys.has(id))
  return {
    key,
    sourceId: key === '' ? undefined : key,
    name,
    description,
    labels,
    path,
    documentPath,
    children,
    toDocument: (saved) => ({
      document: { ...document, nodes: nodes.map((node) => withGraphId(node, saved)) },
      nodes: [],
      changes: [],
    }),
  }
}

/** A key of `graphs` in the file becomes the id of the graph that was imported from there. */
function withGraphId(node: unknown, saved: ReadonlyMap<string, GraphVersion>): unknown {
  const graphId = saved.get(graphIdOf(node) ?? '')?.graphId
  if (graphId === undefined || graphId === null) return node
  const { inputs, ...rest } = node as { inputs: Record<string, unknown> }
  return { ...rest, inputs: { ...inputs, graph_id: graphId } }
}

function graphIdOf(node: unknown): string | undefined {
  const { inputs } = Object(node) as { inputs?: unknown }
  const { graph_id: graphId } = Object(inputs) as { graph_id?: unknown }
  return typeof graphId === 'string' && graphId !== '' ? graphId : undefined
}

function assertNoCycle(drafts: readonly Draft[]): void {
  const cycle = findCycle(drafts)
  if (!cycle) return
  const [first] = cycle
  const path = [...(first?.documentPath ?? []), 'nodes'].join('.')
  const message = `graphs must not run each other in a circle: ${describeCycle(cycle)}`
  throw new AshlarError('GRAPH_INVALID', message, { details: { path: ['document'], faults: [placeInside({ path, message })] } })
}

/** The first segment of a path that equals the name of its input field would count as this field. */
function placeInside({ path, message }: { path: string; message: string }): { path: string; message: string } {
  return { path: /^document(\.|$)/.test(path) ? `document.${path}` : path, message }
}
