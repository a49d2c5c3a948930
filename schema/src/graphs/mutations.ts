import { z } from 'zod'
import { builder } from '../base/builder.ts'
import { EXPECTED_ERRORS, withExpectedErrors } from '../errors/index.ts'
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
    basedOn: t.int({
      required: true,
      description: 'The number of the version on which this one is based. It must be the newest version.',
    }),
    document: t.field({ type: 'JSON', required: true, description: DOCUMENT }),
  }),
})

const ActivateGraphVersionInput = builder.inputType('ActivateGraphVersionInput', {
  fields: (t) => ({
    graphId: t.id({ required: true }),
    version: t.int({ required: true, description: 'The number of the version.' }),
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
      description: 'The output of `ashlar graph export`: `{ name, description, document }`.',
    }),
  }),
})

builder.mutationFields((t) => ({
  createGraph: t.field({
    type: GraphType,
    errors: { types: EXPECTED_ERRORS },
    description: 'Saves a new graph. Its version 1 is active.',
    args: { input: t.arg({ type: CreateGraphInput, required: true }) },
    resolve: withExpectedErrors((_root, { input }, { runtime, user }) =>
      runtime.graphs.create(user.id, { name: input.name, description: input.description ?? undefined, document: input.document }),
    ),
  }),
  saveGraphVersion: t.field({
    type: GraphType,
    errors: { types: EXPECTED_ERRORS },
    description: 'Saves a new version and activates it. Fails with VERSION_CONFLICT if `basedOn` is not the newest version.',
    args: { input: t.arg({ type: SaveGraphVersionInput, required: true }) },
    resolve: withExpectedErrors(async (_root, { input }, { runtime, user }) => {
      const graphId = parseGraphId(input)
      await runtime.graphs.saveVersion(user.id, graphId, input.basedOn, input.document)
      return runtime.graphs.get(user.id, graphId)
    }),
  }),
  activateGraphVersion: t.field({
    type: GraphType,
    errors: { types: EXPECTED_ERRORS },
    args: { input: t.arg({ type: ActivateGraphVersionInput, required: true }) },
    resolve: withExpectedErrors((_root, { input }, { runtime, user }) =>
      runtime.graphs.activate(user.id, parseGraphId(input), input.version),
    ),
  }),
  deleteGraph: t.field({
    type: GraphType,
    errors: { types: EXPECTED_ERRORS },
    description: 'Deletes a graph. Its executions remain readable.',
    args: { input: t.arg({ type: DeleteGraphInput, required: true }) },
    resolve: withExpectedErrors(async (_root, { input }, { runtime, user }) => {
      const [graph] = await runtime.graphs.delete(user.id, [parseGraphId(input)])
      if (!graph) throw new Error('no graph was deleted')
      return graph
    }),
  }),
  forkGraph: t.field({
    type: GraphType,
    errors: { types: EXPECTED_ERRORS },
    description: 'Creates a copy of a graph. You own the copy.',
    args: { input: t.arg({ type: ForkGraphInput, required: true }) },
    resolve: withExpectedErrors((_root, { input }, { runtime, user }) =>
      runtime.graphs.fork(user.id, parseGraphId(input), input.name ?? undefined),
    ),
  }),
  upgradeGraph: t.field({
    type: GraphType,
    errors: { types: EXPECTED_ERRORS },
    description:
      'Saves a new version of the active version with the blocks that are installed now. Fails with all faults if the upgrade is BREAKING. Changes nothing if the version is COMPATIBLE.',
    args: { input: t.arg({ type: UpgradeGraphInput, required: true }) },
    resolve: withExpectedErrors((_root, { input }, { runtime, user }) => runtime.upgrades.upgrade(user.id, parseGraphId(input))),
  }),
  importGraph: t.field({
    type: GraphType,
    errors: { types: EXPECTED_ERRORS },
    args: { input: t.arg({ type: ImportGraphInput, required: true }) },
    resolve: withExpectedErrors((_root, { input }, { runtime, user }) => runtime.graphs.import(user.id, input.file)),
  }),
}))

function parseGraphId({ graphId }: { graphId: string | number }): string {
  return parseGlobalId(graphId, 'Graph', 'graphId')
}
