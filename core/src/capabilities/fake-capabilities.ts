import type { SentRequest } from '@ashlar/sdk'
import { createCapabilities, type Capabilities } from './capabilities.ts'
import type { Provider } from './credentials/index.ts'
import { createFakeCredentials } from './credentials/fake.ts'
import { createFakeTransport } from './http/fake.ts'
import { createFakeStorage, storedAtFirst, type StoredValues } from './storage/fake.ts'
import { createFakeWorkspace, filesAtFirst } from './files/fake.ts'
import type { Fakes } from './fakes.ts'

/** Powers that reach nothing outside, and what was asked of them. */
export interface FakeCapabilities {
  capabilities: Capabilities
  /** In the order in which they were sent; with the secrets in them, as the service gets them. */
  requests: SentRequest[]
  stored: StoredValues
  /** Contents by path. */
  files: Map<string, Buffer>
}

/** @param plugin that the blocks are of: a block by itself finds its providers by its name */
export function createFakeCapabilities(
  fakes: Fakes,
  { name, providers }: { name: string; providers: readonly Provider[] },
): FakeCapabilities {
  const requests: SentRequest[] = []
  const stored = storedAtFirst(fakes.storage)
  const files = filesAtFirst(fakes.files)
  const workspace = createFakeWorkspace(files)
  const capabilities = createCapabilities({
    storage: createFakeStorage(stored),
    credentials: createFakeCredentials(fakes, name, providers),
    http: { transport: createFakeTransport(fakes.http, requests) },
    workspaces: { openFor: () => Promise.resolve(workspace), keep: () => Promise.resolve() },
  })
  return { capabilities, requests, stored, files }
}
