import { createFakeCapabilities, parseFakes, type CapabilityHosts, type Provider } from '../capabilities/index.ts'
import type { Sandbox } from '../sandbox/index.ts'
import { createRecordedRuns, replaceRuns, type RecordedRun } from './recorded-runs.ts'

/** What replaces the outside world in one test of a graph. */
export interface GraphFakes {
  /** See `Fakes` of the SDK. Providers have qualified names. */
  fakes: unknown
  /** The runs that replace those of nodes, by node id. */
  nodes: Readonly<Record<string, readonly RecordedRun[]>>
}

/** Replaces the outside world of a runtime. The executions of one test run at a time. */
export interface RuntimeFakes {
  /** Starts a test. @throws {AshlarError} BAD_INPUT with the location of each fault of the fakes */
  use(fakes: GraphFakes): void
  wrapSandbox(sandbox: Sandbox): Sandbox
  createCapabilities(getProviders: () => readonly Provider[]): CapabilityHosts
}

/** A name that no plugin has, because the fakes of a graph name providers by their qualified names. */
const GRAPH = '*'
const NONE: GraphFakes = { fakes: {}, nodes: {} }

export function createRuntimeFakes(): RuntimeFakes {
  let current = NONE
  let runs = createRecordedRuns({})
  let capabilities: CapabilityHosts | undefined
  return {
    use(fakes) {
      parseFakes(fakes.fakes)
      current = fakes
      runs = createRecordedRuns(fakes.nodes)
      capabilities = undefined
    },
    wrapSandbox: (sandbox) => replaceRuns(sandbox, () => runs),
    createCapabilities: (getProviders) => ({
      createSession(execution, run, getInputs) {
        const plugin = { name: GRAPH, providers: getProviders() }
        capabilities ??= createFakeCapabilities(parseFakes(current.fakes), plugin).capabilities
        return capabilities.createSession(execution, run, getInputs)
      },
      close: () => Promise.resolve(),
    }),
  }
}
