import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'
import { openGithub, provider } from '../api.ts'
import { repositoryPin, urlOut } from '../pins.ts'
import { credentials, releaseAnswer, releaseRow } from '../samples.ts'
import { toRelease } from '../shapes.ts'

export const createRelease = defineBlock({
  id: '55a26729-7a74-40fb-8bcf-4f45419cb046',
  name: 'create-release',
  icon: 'package-plus',
  description: 'Create a release of a GitHub repository.',
  category: 'DEVELOPER',
  synonyms: ['publish version', 'new release', 'tag release'],
  capabilities: { http: ['POST api.github.com/repos/*'], credentials: [provider.name] },
  timeoutMs: 300_000,
  input: z.object({
    repository: repositoryPin,
    tag: z
      .string()
      .min(1)
      .meta({ description: 'The tag of the release. GitHub creates it if it does not exist.', examples: ['v1.0.0'] }),
    title: z.string().default('').describe('The title. By default the tag.'),
    text: z.string().default('').describe('The text of the release, in Markdown.'),
    target: z
      .string()
      .default('')
      .meta({ description: 'The branch or commit for a new tag. By default the main branch.', advanced: true }),
    draft: z.boolean().default(false).describe('Whether the release is a draft.'),
    prerelease: z.boolean().default(false).meta({ description: 'Whether the release is a preview.', advanced: true }),
  }),
  output: z.object({ release: z.record(z.string(), z.unknown()).describe('The release, as a dictionary.'), url: urlOut }),
  tests: [
    {
      name: 'creates the release',
      input: { repository: 'o/r', tag: 'v1' },
      credentials,
      http: { 'POST https://api.github.com/repos/o/r/releases': { status: 201, json: releaseAnswer } },
      output: [
        ['release', releaseRow],
        ['url', 'https://github.com/o/r/releases/v1'],
      ],
    },
    {
      name: 'refuses a repository without an owner',
      input: { repository: 'r', tag: 'v1' },
      output: [['error', (message: string) => message.includes('must be like')]],
    },
  ],
  async *run({ repository, tag, title, text, target, draft, prerelease }, context) {
    const json = { tag_name: tag, name: title || tag, body: text, target_commitish: target || undefined, draft, prerelease }
    const release = toRelease(await (await openGithub(context)).json('POST', `/repos/${repository}/releases`, { json }))
    yield ['release', release]
    yield ['url', release.url]
  },
})
