/** A worker process of the chaos run: `node worker.ts <database url> <plugin folder>`. Runs until it is killed. */
import { createRuntime } from '@ashlar/core'
import { BUILTIN_PLUGINS } from '@ashlar/core/testing'

const [databaseUrl = '', folder = ''] = process.argv.slice(2)
await createRuntime({ role: 'worker', databaseUrl, pluginRoots: [BUILTIN_PLUGINS, folder], onError: () => {} })
process.send?.('ready')
process.on('disconnect', () => process.exit(0))
