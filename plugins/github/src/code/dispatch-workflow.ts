import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openGithub, provider } from '../api.ts'
import { repositoryPin } from '../pins.ts'
import { credentials } from '../samples.ts'

export const dispatchWorkflow = defineBlock({
  id: '2c175b59-31e7-47f8-9074-b32a72d93677',
  name: 'dispatch-workflow',
  icon: 'play',
  description: 'Start a GitHub Actions workflow that has the trigger workflow_dispatch.',
  category: 'DEVELOPER',
  synonyms: ['run workflow', 'github actions', 'ci', 'start build', 'deploy'],
  capabilities: { http: ['POST api.github.com/repos/*'], credentials: [provider.name] },
  timeoutMs: 300_000,
  input: z.object({
    repository: repositoryPin,
    workflow: z
      .string()
      .regex(/^[\w-][\w.-]*$/, 'must be a file name like "deploy.yml" or an id')
      .meta({ description: 'The file name or id of the workflow.', examples: ['deploy.yml'] }),
    branch: z.string().min(1).default('main').describe('The branch or tag to run it on.'),
    inputs: z.record(z.string(), z.unknown()).default({}).describe('Values for the inputs of the workflow.'),
  }),
  output: z.object({ result: z.boolean().describe('True when GitHub has accepted the request.') }),
  tests: [
    {
      name: 'starts the workflow',
      input: { repository: 'o/r', workflow: 'deploy.yml', inputs: { dry: true } },
      credentials,
      http: { 'POST https://api.github.com/repos/o/r/actions/workflows/deploy.yml/dispatches': { status: 204 } },
      output: [['result', true]],
    },
    {
      name: 'refuses a name that is a path',
      input: { repository: 'o/r', workflow: '../x' },
      output: [['error', (message: string) => message.includes('deploy.yml')]],
    },
  ],
  async *run({ repository, workflow, branch, inputs }, context) {
    const json = { ref: branch, inputs: Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, toText(value)])) }
    await (await openGithub(context)).send('POST', `/repos/${repository}/actions/workflows/${workflow}/dispatches`, { json })
    yield ['result', true]
  },
})

/** GitHub accepts only texts. */
function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
