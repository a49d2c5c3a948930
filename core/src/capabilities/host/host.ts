import type { Workspaces } from '../../workspaces/index.ts'
import { type Caller, type CapabilityHost, OwnerCounts } from '../capability/index.ts'
import type { RunCredentials } from '../credentials/index.ts'
import type { FilesGrant } from '../files/index.ts'
import { buildAddressGuard, type HttpOptions } from '../http/index.ts'
import type { HostGrant } from './grant.ts'
import type { HostFunction } from './host-function.ts'
import { createHostSession, MAX_OPEN_OF_OWNER } from './session.ts'

interface HostOptions {
  getCredentials(caller: Caller): RunCredentials
  /** Returns a function of the operator's host modules. @default none */
  findFunction?: ((name: string) => HostFunction | undefined) | undefined
  http?: Pick<HttpOptions, 'allow' | 'resolve'> | undefined
  workspaces?: Pick<Workspaces, 'openFor'> | undefined
}

/**
 * Calls the functions of host modules.
 *
 * @throws {AshlarError} CONFIG_INVALID when `http.allow` has an invalid entry
 */
export function createHostFunctions({
  getCredentials,
  findFunction = () => undefined,
  http = {},
  workspaces,
}: HostOptions): CapabilityHost<{ host?: HostGrant | undefined; files?: FilesGrant | undefined }> {
  const connections = { guard: buildAddressGuard(http.allow ?? []), resolve: http.resolve }
  const open = new OwnerCounts(MAX_OPEN_OF_OWNER)
  return {
    createSession: (caller) =>
      createHostSession({ findFunction, connections, credentials: getCredentials(caller), workspaces, open }, caller),
  }
}
