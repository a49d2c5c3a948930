import { readdir } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { BUILTIN_PLUGINS } from '@ashlar/core/testing'
import { describe, expect, it } from 'vitest'

interface Markers {
  many?: boolean
  manyIf?: readonly string[]
}

/** A block as its source declares it. */
interface Block {
  name: string
  unavailable?: string
  output: { shape: Record<string, { meta(): Markers | undefined }> }
  tests: { output: ([pin: string, expected: unknown] | Record<string, unknown>)[] }[]
}

const names = (await readdir(BUILTIN_PLUGINS, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory() && entry.name !== 'sdk')
  .map(({ name }) => name)

async function blocksOf(plugin: string): Promise<Block[]> {
  const entry = (await import(pathToFileURL(`${BUILTIN_PLUGINS}/${plugin}/src/index.ts`).href)) as {
    default: { blocks: Block[] }
  }
  return entry.default.blocks
}

/** Returns the pins of which a test of the block expects several values. */
function pinsWithSeveral({ tests }: Block): Set<string> {
  const several = new Set<string>()
  for (const { output } of tests) {
    const pins = output.flatMap((pair) => (Array.isArray(pair) ? [pair[0]] : Object.keys(pair)))
    for (const [i, pin] of pins.entries()) if (pins.indexOf(pin) < i) several.add(pin)
  }
  return several
}

function metaOf(block: Block, pin: string): Markers {
  return block.output.shape[pin]?.meta() ?? {}
}

describe.each(names)('the plugin %s', (plugin) => {
  it('yields several values only on pins that start a loop', async () => {
    const wrong = (await blocksOf(plugin)).flatMap((block) =>
      [...pinsWithSeveral(block)]
        .filter((pin) => !metaOf(block, pin).many && !metaOf(block, pin).manyIf)
        .map((pin) => `${block.name}.${pin}`),
    )
    expect(wrong).toEqual([])
  })

  it('tests every pin that starts a loop with several values', async () => {
    const available = (await blocksOf(plugin)).filter(({ unavailable }) => unavailable === undefined)
    const untested = available.flatMap((block) =>
      Object.keys(block.output.shape)
        .filter((pin) => (metaOf(block, pin).many || metaOf(block, pin).manyIf) && !pinsWithSeveral(block).has(pin))
        .map((pin) => `${block.name}.${pin}`),
    )
    // loop/try starts exactly one iteration.
    expect(untested).toEqual(plugin === 'loop' ? ['try.value'] : [])
  })
})
