/** The maximum number of WebSockets per remote address. */
export interface SocketLimits {
  /** All WebSockets. */
  perAddress: number
  /** Unacknowledged WebSockets. */
  unacknowledgedPerAddress: number
}

/** The place of one WebSocket. Both functions are idempotent. */
export interface SocketPlace {
  acknowledge(): void
  release(): void
}

/**
 * @returns a function that reserves a place for a socket of an address; it returns `undefined` when the address has too
 * many sockets
 */
export function createSocketPlaces(limits: SocketLimits): (address: string) => SocketPlace | undefined {
  const counts = new Map<string, { all: number; unacknowledged: number }>()
  return (address) => {
    const count = counts.get(address) ?? { all: 0, unacknowledged: 0 }
    if (count.all >= limits.perAddress || count.unacknowledged >= limits.unacknowledgedPerAddress) return undefined
    counts.set(address, count)
    count.all++
    count.unacknowledged++
    let state: 'unacknowledged' | 'acknowledged' | 'released' = 'unacknowledged'
    return {
      acknowledge() {
        if (state !== 'unacknowledged') return
        state = 'acknowledged'
        count.unacknowledged--
      },
      release() {
        if (state === 'released') return
        if (state === 'unacknowledged') count.unacknowledged--
        state = 'released'
        count.all--
        if (count.all === 0) counts.delete(address)
      },
    }
  }
}
