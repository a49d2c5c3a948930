import { createHash } from 'node:crypto'

/** A block of a hostile plugin. `run` is the body of `async *run(input, context)`. */
export interface HostileBlock {
  readonly name: string
  readonly run: string
  /** Code at the plugin's top level, before its blocks are defined. */
  readonly top?: string
}

/** Creates a bundle in the format of esbuild. Its blocks have any input `n`, and the output pins `out` and `n`. */
export function toBundle(...blocks: readonly HostileBlock[]): { digest: string; code: string } {
  const definitions = blocks.map(
    ({ name, run }, i) => `defineBlock({
      id: '00000000-0000-4000-8000-${String(i).padStart(12, '0')}', name: '${name}', description: '', category: 'TEST',
      input: z.object({ n: z.any() }), output: z.object({ out: z.any(), n: z.any() }), tests: [],
      async *run({ n }, context) { ${run} } })`,
  )
  const code = `const { defineBlock, definePlugin } = require('@ashlar/sdk'); const { z } = require('zod');
    ${TOOLS}
    ${blocks.map(({ top = '' }) => top).join(';\n')};
    module.exports.default = definePlugin({ name: 'hostile', blocks: [${definitions.join()}] })`
  return { digest: createHash('sha256').update(code).digest('hex'), code }
}

const USES_OF_A_BUNDLE = 5

/**
 * Returns a function that gives the same block in a new plugin now and then, so that no isolate holds the contexts of
 * many executions.
 */
export function freshBundles(block: HostileBlock): () => ReturnType<typeof toBundle> {
  let made = 0
  return () => toBundle({ ...block, top: `'plugin ${Math.floor(made++ / USES_OF_A_BUNDLE)}'` })
}

/**
 * Functions for hostile code.
 *
 * - `look` is a function body that lists the globals of a host that it can access; the guest's own `process` does not
 *   count. `seen(F)` creates and runs it with a function constructor.
 * - `ownId()` intercepts the id of the running call.
 * - `forge(...events)` returns a pair to yield. The guest reports these events, given as values or text, in place of
 *   the pair.
 * - `smuggle(text)` makes the guest report a text without the checks of the guest program.
 */
const TOOLS = `
  const look = "return ['require', 'module', 'fetch', 'ivm', '__ashlar', 'Deno'].filter((name) => name in globalThis).concat(process.versions.node === undefined && process.pid === 1 && process.constructor === Object ? [] : 'process').join()"
  const seen = (F) => F(look)() || 'nothing'
  const seenLater = async (F) => { const made = F(look)(); const value = typeof made.next === 'function' ? (await made.next()).value : await made; return value || 'nothing' }
  const { parse, stringify } = JSON
  const ownId = () => {
    const { push } = Array.prototype
    let report = ''
    Array.prototype.push = function (...items) { report = items[0]; return push.apply(this, items) }
    console.log('listening')
    Array.prototype.push = push
    return parse(report).id
  }
  const forge = (...events) => {
    const text = events.map((event) => typeof event === 'string' ? event : stringify(event)).join()
    JSON.stringify = (value, ...rest) => {
      if (value !== 'n') return stringify(value, ...rest)
      JSON.stringify = stringify
      return '"n","v":"forged"}' + (text && ',' + text) + ',{"t":"x","id":0,"x":"y"'
    }
    return ['n', 0]
  }
  const smuggle = (text) => {
    const { join } = Array.prototype
    Array.prototype.join = function (...args) {
      if (!String(this[0]).startsWith('{"t":')) return join.apply(this, args)
      Array.prototype.join = join
      return text
    }
    return ['n', 0]
  }
`

export interface PluginBlock extends HostileBlock {
  /** Source text of its declared capabilities. @default '{}' */
  readonly capabilities?: string
}

/** Returns the source of a plugin package `hostile`, as an author would write it. */
export function pluginSource(blocks: readonly PluginBlock[]): string {
  const definitions = blocks.map(
    ({ name, run, capabilities = '{}' }, i) => `defineBlock({
      id: '00000000-0000-4000-9000-${String(i).padStart(12, '0')}', name: '${name}', description: '', category: 'TEST',
      capabilities: ${capabilities}, input: z.object({ n: z.any() }), output: z.object({ out: z.any(), n: z.any() }), tests: [],
      async *run({ n }: any, context: any): any { ${run} } })`,
  )
  return `// @ts-nocheck
import { defineBlock, definePlugin } from '@ashlar/sdk'
import { z } from 'zod'
${TOOLS}
export default definePlugin({ name: 'hostile', blocks: [${definitions.join()}] })`
}
