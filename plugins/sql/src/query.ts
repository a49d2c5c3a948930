import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { addTable, openDatabase, runSql, type Row } from './database.ts'

const rowsPin = z.array(
  z
    .custom<Row>((row) => typeof row === 'object' && row !== null && !Array.isArray(row), 'expected a dictionary')
    .meta({ type: 'object', propertyNames: { type: 'string' }, additionalProperties: {} }),
)

const people = [
  { id: 1, name: 'Ada', tags: ['x', 'y'] },
  { id: 7615917337495251231n, name: 'Alan', tags: [] },
]

export const query = defineBlock({
  id: '142a8830-032c-49f7-a48b-740a4ba523cf',
  name: 'query',
  description: 'Run SQL on rows, with several tables, in memory.',
  category: 'DATABASE',
  common: true,
  categories: ['DATA'],
  icon: 'database-zap',
  synonyms: [
    'sql',
    'sqlite',
    'select',
    'query rows',
    'join',
    'group by',
    'sql on csv',
    'duckdb',
    'alasql',
    'in-memory database',
    'aggregate',
  ],
  timeoutMs: 60_000,
  input: z.object({
    rows: rowsPin.default([]).meta({ title: 'Rows', description: 'The table "rows".' }),
    tables: z
      .record(z.string(), rowsPin)
      .default({})
      .meta({ title: 'Further tables', description: 'The rows of each further table, by its name.' }),
    sql: z
      .string()
      .min(1)
      .meta({
        title: 'SQL',
        description:
          'Statements of SQLite, separated by semicolons. The result is that of the last one that returns rows. Changes of the tables end with the run.',
        examples: ['select city, sum(amount) as total from rows where paid group by city order by total desc'],
      }),
    parameters: z
      .union([z.array(z.unknown()), z.record(z.string(), z.unknown())])
      .default([])
      .meta({
        title: 'Parameters',
        description: 'Values of ? in their order, or of :name by name. Use them for values from other people.',
        examples: [{ city: 'Rome' }],
      }),
  }),
  output: z.object({
    rows: rowsPin.describe('Lists and dictionaries are JSON text, booleans are 0 and 1.'),
    count: z.int().describe('Number of rows.'),
  }),
  tests: [
    {
      name: 'joins tables, with integers of any size',
      input: {
        rows: people,
        tables: {
          orders: [
            { person: 1, item: 'tea', paid: true },
            { person: 7615917337495251231n, item: 'ink', paid: false },
          ],
        },
        sql: 'select name, id, item, paid, tags ->> 0 as tag, 1 as "2024" from rows join orders on person = id order by name desc',
      },
      output: [
        [
          'rows',
          [
            { name: 'Alan', id: 7615917337495251231n, item: 'ink', paid: 0, tag: null, '2024': 1 },
            { name: 'Ada', id: 1, item: 'tea', paid: 1, tag: 'x', '2024': 1 },
          ],
        ],
        ['count', 2],
      ],
    },
    {
      input: {
        rows: [{ 'a b': 1 }, { 'a b': 5 }],
        sql: 'delete from rows where "a b" = :v; select "a b" as n, "a b" as n from rows',
        parameters: { v: 1 },
      },
      output: [
        ['rows', [{ n: 5, n_2: 5 }]],
        ['count', 1],
      ],
    },
    {
      input: { sql: "select ? as a, ? as b, typeof(1.5) as c, x'00ff' as d", parameters: ["x'; drop table rows", null] },
      output: [
        ['rows', [{ a: "x'; drop table rows", b: null, c: 'real', d: 'AP8=' }]],
        ['count', 1],
      ],
    },
    {
      input: { sql: 'select * from rows' },
      output: [
        ['rows', []],
        ['count', 0],
      ],
    },
    { input: { sql: 'select * from people' }, output: [['error', 'sql failed: no such table: people; the tables are "rows"']] },
    {
      input: { sql: 'selec 1' },
      output: [['error', (message: string) => message.startsWith('sql failed: near "selec": syntax error')]],
    },
    { input: { sql: '-- nothing' }, output: [['error', 'sql failed: sql has no statement; the tables are "rows"']] },
    {
      input: { rows: [{ a: 1, A: 2 }], sql: 'select 1' },
      output: [['error', 'the table "rows" has the fields "a" and "A", which SQL does not distinguish; rename one']],
    },
    { input: { tables: { rows: [] }, sql: 'select 1' }, output: [['error', 'two tables have the name "rows"']] },
    {
      name: 'limits the memory',
      input: { sql: 'select hex(zeroblob(500000000))' },
      output: [['error', (message: string) => message.startsWith('sql failed: ')]],
    },
    {
      name: 'limits the number of rows',
      input: { sql: 'with recursive n(i) as (select 1 union all select i + 1 from n) select i from n' },
      output: [['error', 'sql failed: the result has more than 200000 rows; add a limit; the tables are "rows"']],
    },
    {
      name: 'whole numbers of more than 32 bits are integers',
      input: {
        rows: [{ id: 5_000_000_001 }],
        sql: "select id, 'x' || id as text, typeof(id) as type from rows where id = ?",
        parameters: [5_000_000_001],
      },
      output: [
        ['rows', [{ id: 5_000_000_001, text: 'x5000000001', type: 'integer' }]],
        ['count', 1],
      ],
    },
    {
      name: 'a statement without parameters before one with parameters',
      input: {
        rows: [{ id: 1 }, { id: 2 }],
        sql: 'create index i on rows (id); select id from rows where id = ?',
        parameters: [2],
      },
      output: [
        ['rows', [{ id: 2 }]],
        ['count', 1],
      ],
    },
    {
      input: { sql: 'select ? as a', parameters: [1, 2] },
      output: [['error', 'sql failed: parameters has 2 values, but no statement has more than 1 ?; the tables are "rows"']],
    },
    {
      input: { sql: 'select ? as a, ? as b', parameters: [1] },
      output: [['error', 'sql failed: a statement has more ? than the 1 values of parameters; the tables are "rows"']],
    },
  ],
  async *run({ rows, tables, sql, parameters }) {
    const names = ['rows', ...Object.keys(tables)]
    const twice = names.find((name, i) => names.findIndex((other) => other.toLowerCase() === name.toLowerCase()) < i)
    if (twice !== undefined) throw new Error(`two tables have the name ${JSON.stringify(twice)}`)
    const database = await openDatabase()
    try {
      addTable(database, 'rows', rows)
      for (const [name, each] of Object.entries(tables)) addTable(database, name, each)
      const result = run(names, () => runSql(database, sql, parameters))
      yield ['rows', result]
      yield ['count', result.length]
    } finally {
      database.close()
    }
  },
})

function run<T>(tables: readonly string[], work: () => T): T {
  try {
    return work()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new Error(`sql failed: ${message}; the tables are ${tables.map((name) => JSON.stringify(name)).join(', ')}`, {
      cause: error,
    })
  }
}
