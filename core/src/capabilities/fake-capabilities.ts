import type { HostCall, SentRequest } from '@ashlar/sdk'
import { createCapabilityHosts, type CapabilityHosts } from './capability-hosts.ts'
import { createFakeCredentials, type Provider } from './credentials/index.ts'
import type { Fakes } from './fakes.ts'
import { createFakeWorkspace, readInitialFiles } from './files/index.ts'
import { createFakeFunctions } from './host/index.ts'
import { createFakeTransport } from './http/index.ts'
import { createFakeStorage, readInitialValues, type StoredValues } from './storage/index.ts'

/** Capabilities that reach nothing outside the worker, and a record of how a block used them. */
interface FakeCapabilities {
  capabilities: CapabilityHosts
  /** In the order of sending, with the secrets that the service would receive. */
  requests: SentRequest[]
  /** The calls of host functions, in order. */
  hostCalls: HostCall[]
  stored: StoredValues
  /** Contents by path. */
  files: Map<string, Buffer>
}

/** @param plugin the plugin of the block. A credential is found by the name of its provider in this plugin. */
export function createFakeCapabilities(fakes: Fakes, plugin: { name: string; providers: readonly Provider[] }): FakeCapabilities {
  const requests: SentRequest[] = []
  const hostCalls: HostCall[] = []
  const stored = readInitialValues(fakes.storage)
  const files = readInitialFiles(fakes.files)
  const workspace = createFakeWorkspace(files)
  const urls = Object.keys(fakes.http).map((key) => key.slice(key.indexOf(' ') + 1))
  const capabilities = createCapabilityHosts({
    storage: createFakeStorage(stored),
    credentials: createFakeCredentials({ secrets: fakes.credentials, plugin, urls }),
    http: { transport: createFakeTransport(fakes.http, requests) },
    findFunction: createFakeFunctions(fakes.host, hostCalls),
    workspaces: { openFor: () => Promise.resolve(workspace) },
  })
  return { capabilities, requests, hostCalls, stored, files }
}
