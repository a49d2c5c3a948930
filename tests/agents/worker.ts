/** A worker process: `node worker.ts <database url> <host of the model> <secret key>`. Runs until it is killed. */
import { createRuntime } from '@ashlar/core'
import { BUILTIN_PLUGINS } from '@ashlar/core/testing'

const [databaseUrl = '', host = '', secretKey = ''] = process.argv.slice(2)
await createRuntime({
  role: 'worker',
  databaseUrl,
  pluginRoots: [BUILTIN_PLUGINS],
  secretKeys: [secretKey],
  localEndpoints: () => [host],
  onError: () => {},
})
process.send?.('ready')
process.on('disconnect', () => process.exit(0))
