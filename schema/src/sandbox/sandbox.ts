import { ISOLATIONS, type Runtime } from '@ashlar/core'
import { builder } from '../base/builder.ts'

const DESCRIPTIONS = {
  PROCESS: 'Node’s permission model. It restricts JavaScript, not machine code.',
  SECCOMP:
    'A sandbox process cannot make any system call that opens a file or socket, starts a program or accesses another process.',
  BUBBLEWRAP: 'SECCOMP, and separate namespaces: no network, no other processes, and no files except the modules of the sandbox.',
}

const SandboxIsolation = builder.enumType('SandboxIsolation', {
  description:
    'The layer that protects the machine from code that has escaped from its isolate. PROCESS is the weakest, BUBBLEWRAP the strongest.',
  values: Object.fromEntries(ISOLATIONS.map((name) => [name, { description: DESCRIPTIONS[name] }])),
})

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
    scope: 'ANY',
    type: SandboxType,
    nullable: true,
    description: 'How blocks are isolated from the machine that runs them.',
    resolve: async (_root, _args, { runtime }) => ({ isolation: await runtime.isolation() }),
  }),
)
