import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { AshlarError } from '../../base/index.ts'
import type { Bundle } from '../../sandbox/calls/index.ts'
import type { Inspector } from '../../sandbox/inspector/index.ts'
import type { Sandbox } from '../../sandbox/index.ts'
import { digestCode } from '../bundle/index.ts'

/** The inspectors of plugins in development: one for each plugin with a source map. */
interface DevInspectors {
  /** Shows a new bundle to debuggers. @param bundle undefined closes the inspector */
  show(packageName: string, ownerId: string, bundle: Bundle | undefined): Promise<void>
  /** @returns an unguessable token @throws {AshlarError} CONFLICT when the plugin has no source map */
  getToken(packageName: string): string
  find(token: string): Inspector | undefined
}

export function createDevInspectors(sandbox: Sandbox): DevInspectors {
  const inspectors = new Map<string, { token: string; inspector: Inspector }>()
  return {
    async show(packageName, owner, bundle) {
      const known = inspectors.get(packageName)
      if (!bundle) {
        inspectors.delete(packageName)
        return known?.inspector.close()
      }
      const { inspector } = known ?? { inspector: sandbox.inspect({ owner, cordon: `user:${owner}` }) }
      if (!known) inspectors.set(packageName, { token: randomUUID(), inspector })
      await inspector.show(bundle)
    },
    getToken(packageName) {
      const known = inspectors.get(packageName)
      if (known) return known.token
      const message = `${packageName} cannot be inspected: it was sent without a source map, or with "inspectable: false"`
      throw new AshlarError('CONFLICT', message, { details: { path: ['packageName'] } })
    },
    find: (token) => inspectors.values().find((each) => each.token === token)?.inspector,
  }
}

/**
 * Prepares a bundle for debuggers: its script has the same URL after every change, and contains its source map.
 *
 * @param sourceMap JSON text, version 3, of the code after the first line
 * @param sourceRoot the prefix for the paths of its sources
 * @throws {AshlarError} BAD_INPUT
 */
export function withSourceMap(bundle: Bundle, packageName: string, sourceMap: string, sourceRoot: string): Bundle {
  const map = parseSourceMap(sourceMap)
  const shifted = JSON.stringify({ ...map, sources: map.sources?.map((path) => sourceRoot + path), mappings: `;${map.mappings}` })
  const data = `data:application/json;base64,${Buffer.from(shifted).toString('base64')}`
  const code = `${bundle.code}\n//# sourceURL=ashlar://${packageName}/plugin.js\n//# sourceMappingURL=${data}`
  return { ...bundle, code, digest: digestCode(code) }
}

const mapSchema = z.looseObject({ mappings: z.string(), sources: z.array(z.string()).optional() })

function parseSourceMap(text: string): z.output<typeof mapSchema> {
  try {
    return mapSchema.parse(JSON.parse(text))
  } catch (error) {
    const message = 'sourceMap: must be a source map of version 3, as JSON'
    throw new AshlarError('BAD_INPUT', message, { details: { path: ['sourceMap'] }, cause: error })
  }
}
