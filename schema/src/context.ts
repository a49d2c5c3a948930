import type { Runtime, User } from '@ashlar/core'

/** What every resolver gets. One per request: loaders keep what they loaded. */
export interface SchemaContext {
  runtime: Runtime
  /** Who asks. */
  user: User
}

export function createContext({ runtime, user }: { runtime: Runtime; user: User }): SchemaContext {
  return { runtime, user }
}
