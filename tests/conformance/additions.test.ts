import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'

/*
 * CONTRIBUTING promises that each addition is one small file and one line in an index. These tests make a copy of the
 * source, add one of each there, and use it.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
let copy: string

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'ashlar-additions-'))
  for (const folder of ['core', 'schema', 'testing', 'plugins/sdk', 'plugins/math'])
    await cp(join(ROOT, folder), join(copy, folder), { recursive: true, verbatimSymlinks: true })
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  await writeFile(join(copy, 'package.json'), '{ "type": "module" }')
})

afterAll(() => rm(copy, { recursive: true, force: true }))

async function addFile(path: string, text: string): Promise<void> {
  await writeFile(join(copy, path), text, { flag: 'wx' })
}

/** Adds a line after the one line that ends with `after`. */
async function addLine(path: string, after: string, line: string): Promise<void> {
  const lines = (await readFile(join(copy, path), 'utf8')).split('\n')
  const places = lines.flatMap((each, index) => (each.endsWith(after) ? [index] : []))
  expect(places, `${path}: the lines that end with ${after}`).toHaveLength(1)
  lines.splice((places[0] ?? 0) + 1, 0, line)
  await writeFile(join(copy, path), lines.join('\n'))
}

/** Runs a module of the copy and returns what it prints. */
async function run(path: string, text: string): Promise<string> {
  await addFile(path, text)
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-node-snapshot', join(copy, path)], { cwd: copy })
  return stdout
}

it('a block is one file and one line, and a web API that it uses is one file and one line', async () => {
  await addFile('core/src/web-platform/data/shout.ts', `export const shout = (text: string): string => text.toUpperCase()\n`)
  await addLine(
    'core/src/web-platform/index.ts',
    `[['atob', 'btoa'], () => require('./data/base64.ts')],`,
    `[['shout'], () => require('./data/shout.ts')],`,
  )
  await addFile(
    'plugins/math/src/double.ts',
    `import { defineBlock } from '@ashlar/sdk'
     import { z } from 'zod'
     declare const shout: (text: string) => string
     export const double = defineBlock({
       id: 'f0f7a3bb-5d8e-4b8e-9a55-0c4a7d3c9a11',
       name: 'double',
       description: 'Double a number.',
       category: 'MATH',
       input: z.object({ number: z.number() }),
       output: z.object({ text: z.string() }),
       tests: [{ input: { number: 2 }, output: [['text', 'FOUR']] }],
       async *run({ number }) { yield ['text', shout(number * 2 === 4 ? 'four' : 'other')] },
     })`,
  )
  const index = 'plugins/math/src/index.ts'
  await addLine(index, `import { count } from './count.ts'`, `import { double } from './double.ts'`)
  await writeFile(join(copy, index), (await readFile(join(copy, index), 'utf8')).replace('blocks: [', 'blocks: [double, '))
  const printed = await run(
    'testing/src/try-block.ts',
    `import { testPlugin } from './index.ts'
     const results = await testPlugin('plugins/math')
     console.log(JSON.stringify(results.filter(({ block }) => block.endsWith('double'))))`,
  )
  expect(JSON.parse(printed)).toEqual([{ block: 'math/double', test: 'double 1' }])
})

it('a GraphQL type is one file and one line, and an error code is one line', async () => {
  await addFile(
    'schema/src/accounts/motto.ts',
    `import { builder } from '../base/builder.ts'
     const MottoType = builder.objectRef<string>('Motto').implement({ fields: (t) => ({ text: t.string({ resolve: (text) => text }) }) })
     builder.queryField('motto', (t) => t.field({ scope: 'ANY', type: MottoType, resolve: () => 'build on' }))`,
  )
  await addLine('schema/src/accounts/index.ts', `import './user.ts'`, `import './motto.ts'`)
  await addLine(
    'core/src/base/codes.ts',
    `export const API_ERROR_CODES = {`,
    `TEAPOT: { status: 418, retryable: false, description: 'The server cannot brew coffee.' },`,
  )
  const printed = await run(
    'schema/src/try-schema.ts',
    `import { AshlarError } from '@ashlar/core'
     import { printSchema } from 'graphql'
     import { buildSchema } from './schema.ts'
     console.log(printSchema(buildSchema()), new AshlarError('TEAPOT', 'short and stout').status)`,
  )
  expect(printed).toContain('motto: Motto')
  expect(printed).toMatch(/enum ErrorCode \{[^}]*\bTEAPOT\b/)
  expect(printed).toMatch(/ 418\s*$/)
})
