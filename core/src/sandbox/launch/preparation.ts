import type { Isolation } from '../limits/index.ts'
import { planLaunch, type Launch } from './launch.ts'
import { buildPrelude, buildProgram } from '../programs/index.ts'
import { buildSnapshot } from './snapshot.ts'

/** Everything that a sandbox needs before it starts a process. It takes about a second to prepare. */
interface Preparation {
  launch: Launch
  program: string
  /** See {@link buildSnapshot}. */
  snapshot: string
}

const prepared = new Map<Isolation | undefined, Promise<Preparation>>()

/**
 * Prepares sandboxes once per worker. A failed preparation is repeated at the next call.
 *
 * @param strongest an upper bound for the isolation. @default the strongest that works on this machine
 */
export function prepare(strongest?: Isolation): Promise<Preparation> {
  const known = prepared.get(strongest)
  if (known) return known
  const preparing = prepareOnce(strongest)
  prepared.set(strongest, preparing)
  preparing.catch(() => prepared.delete(strongest))
  return preparing
}

async function prepareOnce(strongest: Isolation | undefined): Promise<Preparation> {
  const [prelude, launch, program] = await Promise.all([buildPrelude(), planLaunch(strongest), buildProgram('process/main')])
  return { launch, program, snapshot: await buildSnapshot(launch, prelude) }
}
