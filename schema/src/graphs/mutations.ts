import { z } from 'zod'
import { builder } from '../base/builder.ts'
import { EXPECTED, expected } from '../errors/index.ts'
import { parseGlobalId } from '../base/global-ids.ts'
import { GraphType } from '../refs/graphs.ts'

const DOCUMENT = '`{ nodes: [{ id, block, inputs }], links: [{ from: "node.pin", to: "node.pin" }] }`'
const nameSchema = z.string().trim().min(1).max(200)

const CreateGraphInput = builder.inputType('CreateGraphInput', {
  fields: (t) => ({
    name: t.string({ required: true, validate: nameSchema }),
    description: t.string(),
    document: t.field({ type: 'JSON', required: true, description: DOCUMENT }),
  }),
})

const SaveGraphVersionInput = builder.inputType('SaveGraphVersionInput', {
  fields: (t) => ({
    graphId: t.id({ required: true }),
    basedOn: t.int({ required: true, description: 'Number of the version this was made from; it must be the newest.' }),
    document: t.field({ type: 'JSON', required: true, description: DOCUMENT }),
  }),
})

const ActivateGraphVersionInput = builder.inputType('ActivateGraphVersionInput', {
  fields: (t) => ({
    graphId: t.id({ required: true }),
    version: t.int({ required: true, description: 'Its number.' }),
  }),
})

const DeleteGraphInput = builder.inputType('DeleteGraphInput', {
  fields: (t) => ({ graphId: t.id({ required: true }) }),
})

const ForkGraphInput = builder.inputType('ForkGraphInput', {
  fields: (t) => ({
    graphId: t.id({ required: true }),
    name: t.string({ validate: nameSchema }),
  }),
})

const UpgradeGraphInput = builder.inputType('UpgradeGraphInput', {
  fields: (t) => ({ graphId: t.id({ required: true }) }),
})

const ImportGraphInput = builder.inputType('ImportGraphInput', {
  fields: (t) => ({
    file: t.field({
      type: 'JSON',
      required: true,
      description: 'What `ashlar graph export` writes: `{ name, description, document }`.',
    }),
  }),
})

builder.mutationFields((t) => ({
  createGraph: t.field({
    type: GraphType,
    errors: { types: EXPECTED },
    description: 'Saves a new graph; its version 1 is active.',
    args: { input: t.arg({ type: CreateGraphInput, required: true }) },
    resolve: expected((_root, { input }, { runtime, user }) =>
      runtime.graphs.create(user.id, { name: input.name, description: input.description ?? undefined, document: input.document }),
    ),
  }),
  saveGraphVersion: t.field({
    type: GraphType,
    errors: { types: EXPECTED },
    description: 'Adds a version and makes it the active one. Refused when somebody has saved another one meanwhile.',
    args: { input: t.arg({ type: SaveGraphVersionInput, required: true }) },
    resolve: expected(async (_root, { input }, { runtime, user }) => {
      const graphId = idOf(input)
      await runtime.graphs.saveVersion(user.id, graphId, input.basedOn, input.document)
      return runtime.graphs.get(user.id, graphId)
    }),
  }),
  activateGraphVersion: t.field({
    type: GraphType,
    errors: { types: EXPECTED },
    args: { input: t.arg({ type: ActivateGraphVersionInput, required: true }) },
    resolve: expected((_root, { input }, { runtime, user }) => runtime.graphs.activate(user.id, idOf(input), input.version)),
  }),
  deleteGraph: t.field({
    type: GraphType,
    errors: { types: EXPECTED },
    description: 'Takes a graph away; its executions stay readable.',
    args: { input: t.arg({ type: DeleteGraphInput, required: true }) },
    resolve: expected((_root, { input }, { runtime, user }) => runtime.graphs.delete(user.id, idOf(input))),
  }),
  forkGraph: t.field({
    type: GraphType,
    errors: { types: EXPECTED },
    description: 'Makes a graph of your own with the same document.',
    args: { input: t.arg({ type: ForkGraphInput, required: true }) },
    resolve: expected((_root, { input }, { runtime, user }) =>
      runtime.graphs.fork(user.id, idOf(input), input.name ?? undefined),
    ),
  }),
  upgradeGraph: t.field({
    type: GraphType,
    errors: { types: EXPECTED },
    description:
      'Saves the active version anew with the blocks that are installed now. Refused with every fault where something would be lost; one that has them already stays.',
    args: { input: t.arg({ type: UpgradeGraphInput, required: true }) },
    resolve: expected((_root, { input }, { runtime, user }) => runtime.upgrades.upgrade(user.id, idOf(input))),
  }),
  importGraph: t.field({
    type: GraphType,
    errors: { types: EXPECTED },
    args: { input: t.arg({ type: ImportGraphInput, required: true }) },
    resolve: expected((_root, { input }, { runtime, user }) => runtime.graphs.import(user.id, input.file)),
  }),
}))

function idOf({ graphId }: { graphId: string | number }): string {
  return parseGlobalId(graphId, 'Graph', 'graphId')
}
