import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openGithub, provider } from '../api.ts'
import { labelsPin, numberPin, repositoryPin } from '../pins.ts'
import { credentials } from '../samples.ts'

export const addLabels = defineBlock({
  id: '1409d76d-95b6-4812-8a93-ff616c1a1488',
  name: 'add-labels',
  icon: 'tags',
  description: 'Add labels to a GitHub issue or pull request.',
  category: 'DEVELOPER',
  synonyms: ['tag issue', 'label issue'],
  capabilities: { http: ['POST api.github.com/repos/*'], credentials: [provider.name] },
  onCrash: 'retry',
  timeoutMs: 300_000,
  input: z.object({ repository: repositoryPin, number: numberPin, labels: labelsPin.min(1) }),
  output: z.object({ list: z.array(z.string()).describe('All labels of the issue.') }),
  tests: [
    {
      name: 'returns all labels',
      input: { repository: 'o/r', number: 7, labels: ['slow'] },
      credentials,
      http: { 'POST https://api.github.com/repos/o/r/issues/7/labels': { json: [{ name: 'bug' }, { name: 'slow' }] } },
      output: [['list', ['bug', 'slow']]],
    },
    {
      name: 'needs a label',
      input: { repository: 'o/r', number: 7, labels: [] },
      output: [['error', (message: string) => message.includes('labels')]],
    },
  ],
  async *run({ repository, number, labels }, context) {
    const api = await openGithub(context)
    const answer = await api.json('POST', `/repos/${repository}/issues/${number}/labels`, {
      json: { labels },
      isRepeatable: true,
    })
    yield [
      'list',
      z
        .array(z.object({ name: z.string() }))
        .parse(answer)
        .map(({ name }) => name),
    ]
  },
})
