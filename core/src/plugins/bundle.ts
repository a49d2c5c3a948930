import { build, type Message, type Plugin } from 'esbuild'
import { createHash } from 'node:crypto'
import { relative } from 'node:path'
import { AshlarError } from '../errors/index.ts'
import type { Bundle } from '../sandbox/index.ts'

/** What the host provides inside the sandbox; never part of a bundle. */
const HOST_MODULES = ['@ashlar/sdk', 'zod', 'zod/v4']
const MAX_BUNDLE_BYTES = 5 * 1024 * 1024

/**
 * Bundles a plugin's entry into one script. The digest is the SHA-256 of its text, in hexadecimal.
 *
 * @param entry absolute path
 * @param folder the plugin's folder; positions in messages are relative to it
 * @throws {AshlarError} PLUGIN_LOAD_FAILED when it does not compile, imports a Node module, or is larger than 5 MiB
 */
export async function bundlePlugin(entry: string, folder: string): Promise<Bundle> {
  const result = await build({
    entryPoints: [entry],
    absWorkingDir: folder,
    bundle: true,
    format: 'cjs',
    platform: 'browser',
    target: 'es2024',
    conditions: ['import'],
    external: HOST_MODULES,
    legalComments: 'none',
    write: false,
    logLevel: 'silent',
    plugins: [refuseNodeModules],
  }).catch((error: { errors?: Message[] }) => {
    throw new AshlarError('PLUGIN_LOAD_FAILED', describeMessages(error.errors ?? [], folder), { cause: error })
  })
  const code = result.outputFiles[0]?.text ?? ''
  if (code.length > MAX_BUNDLE_BYTES)
    throw new AshlarError('PLUGIN_LOAD_FAILED', `the bundle is ${code.length} bytes long, the limit is ${MAX_BUNDLE_BYTES}`)
  return { digest: createHash('sha256').update(code).digest('hex'), code }
}

const refuseNodeModules: Plugin = {
  name: 'refuse-node-modules',
  setup(bundler) {
    bundler.onResolve({ filter: /^node:/ }, ({ path }) => ({
      errors: [{ text: `"${path}" is a Node module; blocks run in a sandbox that has the web platform only` }],
    }))
  },
}

function describeMessages(messages: Message[], folder: string): string {
  if (messages.length === 0) return 'the bundler failed'
  return messages
    .slice(0, 10)
    .map(({ text, location }) =>
      location ? `${relative(folder, `${folder}/${location.file}`)}:${location.line}:${location.column + 1}: ${text}` : text,
    )
    .join('\n')
}
