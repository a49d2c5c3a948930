import {
  type Caller,
  type CallerBlock,
  type CallerExecution,
  type CapabilityHost,
  type CapabilitySession,
  unknownHostCall,
} from './capability/index.ts'
import { cacheRunCredentials, type CredentialStore } from './credentials/index.ts'
import { CAPABILITIES, type CapabilityRegistry, type CapabilityServices } from './registry.ts'

/** Performs the host calls of blocks, in the worker. Every call is checked against the manifest of its block. */
export interface CapabilityHosts {
  /**
   * Opens the session of one run of a block. Its host calls may belong to any capability.
   *
   * @param getInputs returns the inputs of this run; called if the grant of a capability depends on them
   */
  createSession(execution: CallerExecution, run: CallerRun, getInputs: () => Record<string, unknown>): CapabilitySession
  close(): Promise<void>
}

interface CallerRun extends Pick<Caller, 'idempotencyKey'> {
  block: Omit<CallerBlock, 'chosenCredentials'>
  /** Names of the credentials that the graph selects for the node, by qualified provider. */
  credentials: Readonly<Record<string, string>>
}

interface CapabilityOptions extends Omit<CapabilityServices, 'getCredentials'> {
  credentials: CredentialStore
}

/** @param registry the capabilities that blocks may use */
export function createCapabilityHosts(
  { credentials, ...services }: CapabilityOptions,
  registry: CapabilityRegistry = CAPABILITIES,
): CapabilityHosts {
  const hosts = createHosts(registry, { ...services, getCredentials: cacheRunCredentials(credentials) })
  return {
    createSession(execution, { idempotencyKey, ...run }, getInputs) {
      const block = { ...run.block, chosenCredentials: run.credentials }
      const getInput = (pin: string): unknown => getInputs()[pin] ?? getDefault(block, pin)
      return createSession(hosts, { execution, block, getInput, idempotencyKey })
    },
    close: async () => {
      for (const host of hosts.values()) await host.close?.()
    },
  }
}

function createHosts(registry: CapabilityRegistry, services: CapabilityServices): Map<string, CapabilityHost> {
  const hosts = new Map<string, CapabilityHost>()
  for (const [name, { createHost }] of Object.entries(registry)) if (createHost) hosts.set(name, createHost(services))
  return hosts
}

/** Opens the session of each capability at its first host call. */
function createSession(hosts: ReadonlyMap<string, CapabilityHost>, caller: Caller): CapabilitySession {
  const sessions = new Map<string, CapabilitySession>()
  const getSession = (method: string): CapabilitySession | undefined => {
    const name = method.slice(0, method.indexOf('.'))
    const session = sessions.get(name) ?? hosts.get(name)?.createSession(caller)
    if (session) sessions.set(name, session)
    return session
  }
  return {
    getEffect: (method, args) => getSession(method)?.getEffect(method, args) ?? 'none',
    async perform(method, args) {
      if (method === 'run.idempotencyKey') return caller.idempotencyKey
      const session = getSession(method)
      if (!session) throw unknownHostCall(caller.block, method)
      return session.perform(method, args)
    },
    close() {
      for (const session of sessions.values()) session.close()
    },
  }
}

function getDefault({ inputSchema: { properties } }: CallerBlock, pin: string): unknown {
  const schema = (properties as Record<string, { default?: unknown } | undefined> | undefined)?.[pin]
  return schema?.default
}
