import type { HostProvider } from '../credentials/index.ts'
import type { HostFunction } from './host-function.ts'

/** The content of the operator's host modules. */
export interface HostModules {
  /** Returns how a provider authenticates, by its qualified name. Called for each request. @default none */
  hostProvider(provider: string): HostProvider | undefined
  /** Returns a function, such as `smtp/send`. Called for each call. @default none */
  hostFunction(name: string): HostFunction | undefined
}
