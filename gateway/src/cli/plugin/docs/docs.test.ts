import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ashlar, createTestFolder } from '../../../testing/test-plugin.ts'

let root: Awaited<ReturnType<typeof createTestFolder>>
beforeAll(async () => {
  root = await createTestFolder()
})
afterAll(() => root.remove())

it('documents each block with its pins, capabilities and an example from its tests', async () => {
  const folder = join(root.path, 'sky')
  await ashlar('plugin', 'create', folder)
  const { status, stdout } = await ashlar('plugin', 'docs', folder)
  expect(status).toBe(0)
  expect(stdout).toMatch(/^# ashlar-plugin-sky 0\.1\.0\n\nSky: blocks for Ashlar\.\n\n## sky\/slugify\n\nConvert a text/)
  for (const line of [
    '| `text` | `string` | yes |  | Text: The text to convert. For example `"Crème brûlée, twice!"`. |',
    '| `separator` | `string` |  | `"-"` | Separator: The text between words. Advanced. |',
    'It has no capabilities: it only computes.',
    '- http: GET api.github.com/repos/\\*',
    'After a crash, it runs again.',
    '### Example: returns the description and the stars',
    'description: "Node.js"\nstars: 9\n',
    '{\n  "text": "Crème brûlée, twice!"\n}',
    'slug: "creme-brulee-twice"',
  ])
    expect(stdout).toContain(line)
})

it('writes costs, services and escaped texts of authors to a file', async () => {
  const folder = join(root.path, 'full')
  await mkdir(folder)
  await writeFile(join(folder, 'package.json'), '{ "name": "full", "version": "1.0.0", "ashlar": { "blocks": "./index.ts" } }')
  await writeFile(
    join(folder, 'index.ts'),
    `import { apiKey, defineBlock, definePlugin, defineProvider } from '@ashlar/sdk'
import { z } from 'zod'
export default definePlugin({
  name: 'full',
  providers: [defineProvider({ name: 'service', title: 'The <b>Service</b>', hosts: ['api.example.com'], auth: [apiKey()] })],
  blocks: [defineBlock({
    id: '99999999-0000-4000-8000-000000000002', name: 'ask', description: 'Ask | it', category: 'TEST',
    capabilities: { http: ['api.example.com'], credentials: ['service'] }, timeoutMs: 5000,
    costs: [{ amount: 5, when: { size: 'large' } }, { amount: '0.5', per: 'token' }],
    input: z.object({ size: z.enum(['small', 'large']).optional() }), output: z.object({}),
    tests: [{ input: {}, output: [['error', 'no']] }], *run() { throw new Error('no') },
  })],
})`,
  )
  const file = join(root.path, 'docs.md')
  const { stdout } = await ashlar('plugin', 'docs', folder, '--output', file, '--json')
  expect(JSON.parse(stdout)).toEqual({ packageName: 'full', version: '1.0.0', blocks: ['full/ask'], file })
  const text = await readFile(file, 'utf8')
  for (const part of [
    'Ask \\| it',
    '| `size` | `"small" \\| "large"` |  |  |  |',
    '- 5 credits per run when `{"size":"large"}`\n- 0.5 credits per token',
    'It may take up to 5000 ms.',
    'error: "no"',
    '### The \\<b\\>Service\\</b\\> (`full/service`)\n\nAuthentication: `API_KEY`. Secrets are sent only to `api.example.com`.',
  ])
    expect(text).toContain(part)
})
