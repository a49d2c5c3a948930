import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestRuntime } from '@ashlar/core/testing'
import { buildSchema, buildContext } from '@ashlar/schema'
import { parse, subscribe, type ExecutionResult } from 'graphql'
import { expect, it } from 'vitest'

const ENTRY = `import { definePlugin } from '@ashlar/sdk'
export default definePlugin({ name: 'fresh', blocks: [] })`

it('blocksChanged reports a new plugin in a source', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-watched-'))
  const runtime = await createTestRuntime({ pluginRoots: [folder], watch: true })
  try {
    const user = (await runtime.users.find([runtime.ownerId])).get(runtime.ownerId)
    if (!user) throw new Error('there is no owner')
    const document = parse('subscription { blocksChanged { plugins { packageName name status } } }')
    const stream = await subscribe({
      schema: buildSchema(),
      document,
      contextValue: buildContext({ runtime, caller: await runtime.callers.ofUser(user) }),
    })
    const next = (stream as AsyncGenerator<ExecutionResult>).next()
    await mkdir(join(folder, 'fresh'))
    await writeFile(join(folder, 'fresh', 'index.ts'), ENTRY)
    await writeFile(join(folder, 'fresh', 'package.json'), JSON.stringify({ name: 'fresh', ashlar: { blocks: './index.ts' } }))
    expect((await next).value).toEqual({
      data: { blocksChanged: { plugins: [{ packageName: 'fresh', name: 'fresh', status: 'LOADED' }] } },
    })
  } finally {
    await runtime.close()
    await rm(folder, { recursive: true })
  }
})
