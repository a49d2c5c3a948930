import { once } from 'node:events'
import { realpathSync } from 'node:fs'
import { expect, it } from 'vitest'
import { findBubblewrap, sharedLibraries } from '../../confinement/index.ts'
import { launchBundler } from './launch.ts'

it('runs the bundler under bubblewrap where bubblewrap can run Node', async () => {
  const readOnly = new Map([...sharedLibraries(), [process.execPath, realpathSync(process.execPath)]])
  const bubblewrap = await findBubblewrap([process.execPath, '-e', '0'], { readOnly, env: {} })
  const { child, requests } = await launchBundler({ roots: [], links: [] })
  expect(child.spawnfile).toBe(bubblewrap ? 'bwrap' : process.execPath)
  requests.destroy()
  await once(child, 'exit')
})
