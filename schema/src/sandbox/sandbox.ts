import { ISOLATIONS, type Runtime } from '@ashlar/core'
import { builder } from '../base/builder.ts'

const DESCRIPTIONS = {
  PROCESS: 'Node’s permission model. It binds JavaScript, not machine code.',
  SECCOMP:
    'A sandbox process has given up every system call that opens a file or socket, starts a program or reaches another process.',
  BUBBLEWRAP: 'As SECCOMP, and namespaces of its own: no network, no other processes, no files but its own modules.',
}

const SandboxIsolation = builder.enumType('SandboxIsolation', {
  description: 'What protects the machine from code that has broken out of an isolate. Weakest first.',
  values: Object.fromEntries(ISOLATIONS.map((name) => [name, { description: DESCRIPTIONS[name] }])),
})

/** Marks the object type; its fields read the runtime. */
interface SandboxFacts {
  isolation: Awaited<ReturnType<Runtime['isolation']>>
}

const SandboxType = builder.objectRef<SandboxFacts>('Sandbox').implement({
  description: 'The processes in which blocks run.',
  fields: (t) => ({
    isolation: t.field({
      type: SandboxIsolation,
      nullable: true,
      description: 'The weakest isolation among the workers of this installation. Null while no worker runs.',
      resolve: ({ isolation }) => isolation,
    }),
  }),
})

builder.queryField('sandbox', (t) =>
  t.field({
    type: SandboxType,
    description: 'How blocks are isolated from the machine that runs them.',
    resolve: async (_root, _args, { runtime }) => ({ isolation: await runtime.isolation() }),
  }),
)
