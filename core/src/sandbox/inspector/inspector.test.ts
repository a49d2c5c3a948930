import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { TestDebugger } from '../../testing/index.ts'
import { createSandbox, type Sandbox } from '../sandbox.ts'
import type { Attachment, Inspector } from './inspector.ts'
import type { Bundle } from '../calls/index.ts'
import { newTestBundle } from '../../testing/test-bundle.ts'

let sandbox: Sandbox
let inspector: Inspector
beforeAll(async () => {
  sandbox = await createSandbox({ maxCpuMs: 1000 })
})
afterAll(() => sandbox.close())
beforeEach(() => {
  inspector = sandbox.inspect({ owner: 'author', cordon: 'user:author' })
  return () => inspector.close()
})

const PLACE = { owner: 'author', cordon: 'user:author' }
const URL_OF_BUNDLE = 'ashlar://test/plugin.js'

/** @param returned the expression that its block yields, on the fourth line */
function newBundle(returned: string): Bundle {
  return newTestBundle(
    { double: `\n\n*run({ n }) { const twice = n * 2;\n yield ['n', ${returned}] }` },
    `//# sourceURL=${URL_OF_BUNDLE}\n`,
  )
}

function run(bundle: Bundle, timeoutMs = 30_000, place = PLACE): Promise<unknown> {
  const scope = crypto.randomUUID()
  const request = { ...place, kind: 'run', bundle, scope, affinity: scope, block: 'double', timeoutMs } as const
  return new Promise((resolve) => {
    const outputs: unknown[] = []
    sandbox.call(
      { ...request, input: () => '{"n":21}' },
      { output: (_pin, value) => outputs.push(value), end: (error) => resolve(error?.code ?? outputs[0]) },
    )
  })
}

interface Attached extends TestDebugger {
  detach(): void
  closed: Promise<void>
}

/** @returns undefined if another debugger is attached */
function attach(): Attached | undefined {
  const closed = Promise.withResolvers<void>()
  const tool = new TestDebugger((json) => attachment?.send(json))
  const attachment: Attachment | undefined = inspector.attach({ message: (json) => tool.receive(json), closed: closed.resolve })
  return attachment && Object.assign(tool, { detach: () => attachment?.detach(), closed: closed.promise })
}

async function attachDebugger(): Promise<Attached> {
  const tool = attach()
  if (!tool) throw new Error('another debugger is attached')
  await tool.request('Runtime.enable')
  await tool.request('Debugger.enable')
  return tool
}

async function breakpointAtYield(tool: TestDebugger, bundle: Bundle): Promise<string | undefined> {
  const lineNumber = bundle.code.split('\n').findIndex((line) => line.includes('yield'))
  const { breakpointId } = await tool.request('Debugger.setBreakpointByUrl', { url: URL_OF_BUNDLE, lineNumber })
  return breakpointId
}

it('stops at a breakpoint, where the debugger reads and changes variables', async () => {
  const bundle = newBundle('twice')
  await inspector.show(bundle)
  const tool = await attachDebugger()
  await tool.next(({ method, params }) => method === 'Debugger.scriptParsed' && params?.url === URL_OF_BUNDLE)
  await breakpointAtYield(tool, bundle)
  const running = run(bundle)
  const { callFrameId, functionName } = await tool.paused()
  expect(functionName).toBe('run')
  const evaluated = await tool.request('Debugger.evaluateOnCallFrame', { callFrameId, expression: 'n + twice' })
  expect(evaluated.result?.value).toBe(63)
  await tool.request('Debugger.setVariableValue', {
    scopeNumber: 0,
    variableName: 'twice',
    newValue: { value: 7 },
    callFrameId,
  })
  await tool.request('Debugger.resume')
  expect(await running).toBe(7)
})

it('stops only the clock of paused calls', async () => {
  const bundle = newBundle('twice + 0.5')
  await inspector.show(bundle)
  const tool = await attachDebugger()
  await breakpointAtYield(tool, bundle)
  const running = run(bundle, 400)
  await tool.paused()
  // Takes longer than the timeout of the paused call and its limit of CPU time.
  const other = newBundle('(() => { for (;;); })()')
  expect(await run(other, 30_000, { owner: 'guest', cordon: 'user:guest' })).toBe('CPU_LIMIT')
  await tool.request('Debugger.resume')
  expect(await running).toBe(42.5)
  await tool.request('Debugger.setBreakpointsActive', { active: false })
  const endless = newBundle('(() => { for (;;); })()')
  await inspector.show(endless)
  expect(await run(endless, 400)).toBe('TIMEOUT')
})

it('keeps breakpoints that were not removed when the plugin changes', async () => {
  const first = newBundle('twice + 1')
  await inspector.show(first)
  const tool = await attachDebugger()
  const breakpointId = await breakpointAtYield(tool, first)
  const second = newBundle('twice + 2')
  await inspector.show(second)
  await tool.event('Runtime.executionContextsCleared')
  expect(await run(first)).toBe(43) // has no debugger any more
  const running = run(second)
  await tool.paused()
  await tool.request('Debugger.resume')
  expect(await running).toBe(44)
  await tool.request('Debugger.removeBreakpoint', { breakpointId })
  const third = newBundle('twice + 3')
  await inspector.show(third)
  expect(await run(third)).toBe(45)
})

it('resumes paused calls when the debugger detaches or another bundle is shown', async () => {
  const bundle = newBundle('twice + 4')
  await inspector.show(bundle)
  const one = await attachDebugger()
  await breakpointAtYield(one, bundle)
  const running = run(bundle)
  await one.paused()
  one.detach()
  expect(await running).toBe(46)
  expect(await run(bundle)).toBe(46)
  const two = await attachDebugger()
  await breakpointAtYield(two, bundle)
  const again = run(bundle)
  await two.paused()
  await inspector.show(newBundle('twice + 5'))
  expect(await again).toBe(46)
})

it('accepts one debugger at a time and notifies it when the inspector closes', async () => {
  await inspector.show(newBundle('twice + 6'))
  const one = await attachDebugger()
  expect(attach()).toBeUndefined()
  one.detach()
  const two = await attachDebugger()
  inspector.close()
  await two.closed
})

it('does not stop the calls of another owner', async () => {
  const bundle = newBundle('twice + 7')
  await inspector.show(bundle)
  const tool = await attachDebugger()
  await breakpointAtYield(tool, bundle)
  expect(await run(bundle, 30_000, { owner: 'guest', cordon: 'user:guest' })).toBe(49)
})

it('continues with the next isolate when one is lost', async () => {
  const bundle = newBundle('twice + 8')
  await inspector.show(bundle)
  const tool = await attachDebugger()
  await breakpointAtYield(tool, bundle)
  for (const pid of sandbox.pids()) process.kill(pid, 'SIGKILL')
  await tool.event('Runtime.executionContextsCleared')
  const running = run(bundle)
  await tool.paused()
  await tool.request('Debugger.resume')
  expect(await running).toBe(50)
})

it('ends a call that is aborted while it is paused', async () => {
  const bundle = newBundle('twice + 9')
  await inspector.show(bundle)
  const tool = await attachDebugger()
  await breakpointAtYield(tool, bundle)
  const request = { ...PLACE, kind: 'run', bundle, scope: 's', affinity: 's', block: 'double', timeoutMs: 5000 } as const
  const abort = sandbox.call({ ...request, input: () => '{}' }, { output: () => {}, end: () => {} })
  await tool.paused()
  abort()
  await tool.event('Runtime.executionContextsCleared') // its isolate was disposed
  await tool.request('Debugger.setBreakpointsActive', { active: false })
  expect(await run(bundle)).toBe(51)
})
