import { unpackTarball } from '@ashlar/core'
import { expect, it } from 'vitest'
import { packTarball } from './tar.ts'

it('writes what an installation reads when a plugin is published', async () => {
  const deep = `${'folder/'.repeat(16)}file.js`
  const entries = ['index.js', deep].map((path) => ({ path, bytes: Buffer.from(path) }))
  const read = await unpackTarball(packTarball(entries))
  expect(Object.fromEntries(read.map(({ path, bytes }) => [path, bytes.toString()]))).toEqual({
    [deep]: deep,
    'index.js': 'index.js',
  })
})
