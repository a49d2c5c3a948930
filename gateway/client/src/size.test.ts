import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

const MAX_BYTES = 4 * 1024

it('is at most 4 KB, minified and compressed, and imports no other package', async () => {
  const entry = fileURLToPath(new URL('index.ts', import.meta.url))
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: ['node20', 'safari16', 'chrome110'],
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  expect(gzipSync(outputFiles[0]?.contents ?? '').length).toBeLessThanOrEqual(MAX_BYTES)
  expect(Object.keys(metafile.inputs).filter((path) => path.includes('node_modules'))).toEqual([])
})
