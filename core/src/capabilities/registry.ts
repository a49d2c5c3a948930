import type { Workspaces } from '../workspaces/index.ts'
import type { Caller, Capability } from './capability/index.ts'
import { createCredentialsHost, credentialsGrant, presignGrant, revealGrant, type RunCredentials } from './credentials/index.ts'
import { createFilesHost, filesGrant } from './files/index.ts'
import { createHostFunctions, hostGrant, type HostFunction } from './host/index.ts'
import { createHttpHost, httpGrant, type HttpOptions } from './http/index.ts'
import { sleepGrant } from './sleep/index.ts'
import { createStorageHost, storageGrant, type BlockStorage } from './storage/index.ts'

/** What the hosts of capabilities may use. */
export interface CapabilityServices {
  storage: BlockStorage
  /** Returns the credentials of a run, the same object for every call with that run. */
  getCredentials(caller: Caller): RunCredentials
  http?: HttpOptions
  /** @default none: blocks have no files */
  workspaces?: Pick<Workspaces, 'openFor'> | undefined
  /** Returns a function of the operator's host modules. @default none */
  findFunction?: ((name: string) => HostFunction | undefined) | undefined
}

export type CapabilityRegistry = Readonly<Record<string, Capability<CapabilityServices>>>

/** All capabilities by name, one line each, in the order in which they are listed for people. */
export const CAPABILITIES = {
  storage: { grant: storageGrant, createHost: ({ storage }) => createStorageHost(storage) },
  http: { grant: httpGrant, createHost: ({ http, getCredentials }) => createHttpHost(getCredentials, http) },
  files: { grant: filesGrant, createHost: ({ workspaces }) => createFilesHost(workspaces) },
  host: { grant: hostGrant, createHost: createHostFunctions },
  sleep: { grant: sleepGrant },
  credentials: { grant: credentialsGrant, createHost: ({ getCredentials }) => createCredentialsHost(getCredentials) },
  'credentials.reveal': { grant: revealGrant },
  'credentials.presign': { grant: presignGrant },
} satisfies CapabilityRegistry
