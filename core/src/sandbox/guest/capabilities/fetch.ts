import type { Fetch } from '@ashlar/sdk'
import type * as web from '../../../web-platform/fetch/fetch.ts'

/** Evaluated at the first request, see `web-platform/index.ts`. */
const platform = (): typeof web => require('../../../web-platform/fetch/fetch.ts') as typeof web

/**
 * Creates the `fetch` function of one call of a block.
 *
 * @param credential the provider whose secret the host adds to the requests
 */
export function fetchFor(callId: number, credential: string | null = null): Fetch {
  return async (input, init) => {
    const response: unknown = await platform().fetch(callId, credential, input, init)
    return response as Response
  }
}
