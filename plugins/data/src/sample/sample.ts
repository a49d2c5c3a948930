import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { accumulate } from './accumulate.ts'
import { METHODS } from './methods.ts'
import { createRandom, toSeed } from './random.ts'

const row = z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())])
const keyPin = (method: string) =>
  z
    .string()
    .nullable()
    .default(null)
    .meta({ title: `Column for ${method}`, description: `The column that ${method} uses.` })

export const sample = defineBlock({
  id: '4a448883-71fa-49cf-91cf-70d793bd7d87',
  name: 'sample',
  description: 'Choose some rows, at random or by a rule.',
  category: 'DATA',
  icon: 'dices',
  synonyms: ['data sampling', 'random rows', 'subset', 'pick random', 'stratified', 'reservoir', 'test data', 'shuffle'],
  capabilities: { storage: ['graph'] },
  onCrash: 'retry', // a repeated run replaces its own rows
  input: z.object({
    data: z
      .union([z.array(row), z.record(z.string(), z.unknown())])
      .meta({ title: 'Rows', description: 'The rows, or a dictionary as the only row.' }),
    sample_size: z.int().min(1).default(10).meta({ title: 'Number', description: 'How many rows to choose.' }),
    sampling_method: z
      .enum(['random', 'systematic', 'top', 'bottom', 'stratified', 'weighted', 'reservoir', 'cluster'])
      .default('random')
      .meta({
        title: 'Method',
        description:
          'random, or in equal distances, the first, the last, in proportion to the values of a column, by weights (a row may occur several times), in one pass, or whole groups.',
      }),
    accumulate: z.boolean().default(false).meta({
      title: 'Accumulate',
      description: 'Wait until the runs of this node in the execution have received enough rows together. Up to 64 KiB of rows.',
    }),
    random_seed: z.int().nullable().default(null).meta({
      title: 'Seed',
      description: 'The same seed chooses the same rows. By default each run chooses others.',
    }),
    stratify_key: keyPin('stratified'),
    weight_key: keyPin('weighted'),
    cluster_key: keyPin('cluster'),
  }),
  output: z.object({
    sampled_data: z.array(row).meta({ title: 'Rows', description: 'The chosen rows.' }),
    sample_indices: z.array(z.int()).meta({ title: 'Positions', description: 'Their positions in the data, from 0.' }),
  }),
  tests: [
    {
      input: { data: [{ n: 1 }, { n: 2 }, { n: 3 }], sample_size: 2, sampling_method: 'top' },
      output: [
        ['sampled_data', [{ n: 1 }, { n: 2 }]],
        ['sample_indices', [0, 1]],
      ],
    },
    {
      input: { data: [[1], [2], [3]], sample_size: 2, sampling_method: 'bottom' },
      output: [
        ['sampled_data', [[2], [3]]],
        ['sample_indices', [1, 2]],
      ],
    },
    {
      name: 'a seed determines the rows',
      input: { data: [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }, { n: 5 }], sample_size: 3, random_seed: 7 },
      output: [
        ['sampled_data', [{ n: 1 }, { n: 2 }, { n: 5 }]],
        ['sample_indices', [0, 1, 4]],
      ],
    },
    {
      name: 'a dictionary is the only row',
      input: { data: { n: 1 }, sample_size: 1, sampling_method: 'reservoir' },
      output: [
        ['sampled_data', [{ n: 1 }]],
        ['sample_indices', [0]],
      ],
    },
    {
      name: 'rows with a weight of 0 are not chosen',
      input: { data: [{ w: 0 }, { w: 2 }], sample_size: 2, sampling_method: 'weighted', weight_key: 'w' },
      output: [
        ['sampled_data', [{ w: 2 }, { w: 2 }]],
        ['sample_indices', [1, 1]],
      ],
    },
    {
      name: 'fewer rows than wanted',
      input: { data: [{ n: 1 }] },
      output: [['error', 'sample_size is 10, but there is only 1 row']],
    },
    {
      name: 'a method without its column',
      input: { data: [{ n: 1 }], sample_size: 1, sampling_method: 'cluster' },
      output: [['error', 'cluster_key must name a column for this method']],
    },
    {
      name: 'a row without the column',
      input: { data: [{ n: 1 }, {}], sample_size: 1, sampling_method: 'stratified', stratify_key: 'n' },
      output: [['error', 'row 2 has no value for the column "n"']],
    },
    {
      name: 'waits for more rows',
      input: { data: [{ n: 1 }], sample_size: 2, accumulate: true },
      output: [],
    },
    {
      name: 'has enough rows',
      input: { data: [{ n: 2 }], sample_size: 2, sampling_method: 'top', accumulate: true },
      storage: { graph: { 'sample/test:test': { by: null, parts: [['test:test:0', [{ n: 1 }]]] } } },
      output: [
        ['sampled_data', [{ n: 1 }, { n: 2 }]],
        ['sample_indices', [0, 1]],
      ],
    },
  ],
  async *run({ data, sample_size: size, sampling_method: method, random_seed: seed, ...pins }, { storage, idempotencyKey }) {
    const given = Array.isArray(data) ? data : [data]
    const run = await idempotencyKey()
    const rows = pins.accumulate ? await accumulate(storage, run, given, size) : given
    if (!rows) return
    if (size > rows.length) throw new Error(`sample_size is ${size}, but there ${countOf(rows.length)}`)
    const random = createRandom(seed ?? toSeed(run))
    const { stratify_key: stratifyKey, weight_key: weightKey, cluster_key: clusterKey } = pins
    const chosen = METHODS[method]({ rows, size, random, stratifyKey, weightKey, clusterKey })
    yield ['sampled_data', chosen.map((i) => rows[i] as z.output<typeof row>)]
    yield ['sample_indices', chosen]
  },
})

function countOf(rows: number): string {
  return rows === 1 ? 'is only 1 row' : `are only ${rows} rows`
}
