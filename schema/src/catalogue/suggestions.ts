import { describeAccountId, parseAccountId } from '../base/account-id.ts'
import { builder } from '../base/builder.ts'
import { BlockSuggestionList, BlockSuggestionType, BlockType } from '../refs/catalogue.ts'
import { PinType, toPins } from './pin.ts'

builder.objectType(BlockSuggestionType, {
  description: 'A block that can receive the values of an output pin.',
  fields: (t) => ({
    block: t.field({ type: BlockType, nullable: true, description: 'The block.', resolve: ({ block }) => block }),
    pin: t.field({
      type: PinType,
      nullable: true,
      description: 'The input pin of the block to link.',
      resolve: ({ block, pin }) => toPins(block.inputSchema).find(({ name }) => name === pin),
    }),
    path: t.exposeString('path', {
      description:
        'The pin, or a new entry of its dictionary with the name of the output: `values`, `values_#_title`. The end `to` of the link is the id of the node, a dot and this path.',
    }),
    converted: t.exposeBoolean('isConverted', {
      description: 'Whether the value is converted to the type of the pin, as a number that becomes text.',
    }),
  }),
})

const BlockPinInput = builder.inputType('BlockPinInput', {
  description: 'An output pin of a block.',
  fields: (t) => ({
    block: t.string({ required: true, description: 'The qualified name of the block, such as `data/parse-csv`, or its UUID.' }),
    pin: t.string({ required: true, description: 'The pin, or a part of its value: `rows`, `rows_$_0`, `error`.' }),
  }),
})

builder.queryField('suggestBlocks', (t) =>
  BlockSuggestionList.rootField(t, {
    scope: 'ANY',
    description:
      'Suggests blocks to link to an output pin, the best first: by the types of the pins, their names, and the other inputs that a block needs.',
    // It compares the pin with those of all blocks.
    weight: 500,
    args: {
      fromPin: t.arg({ type: BlockPinInput, required: true, description: 'The pin from which the link starts.' }),
      accountId: t.arg.id(describeAccountId('The account whose plugins are included, besides those of the installation.')),
    },
    load: async (_root, request, { api }, { fromPin, accountId }) =>
      (await api.plugins.catalogue(parseAccountId(accountId))).suggestBlocks(fromPin, request),
  }),
)
