import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

const line = z.int().nullable().default(null)

export const reviewComment = defineBlock({
  id: 'b7d5e4f2-8c3a-4e6b-9f1d-7a8b9c5e4d3f',
  name: 'review-comment',
  description: 'Create a comment on a line of a file, for a review of a pull request on GitHub.',
  category: 'DEVELOPER',
  icon: 'message-square-code',
  synonyms: ['github create comment object', 'pull request comment', 'code review', 'pr comment', 'inline comment'],
  input: z.object({
    path: z.string().meta({ title: 'Path', description: 'The path of the file.', examples: ['src/main.js'] }),
    body: z.string().meta({ title: 'Text', description: 'The text of the comment, as Markdown.' }),
    position: line.meta({
      title: 'Position',
      description: 'The line of the diff, from its first hunk. Use "line" instead.',
      advanced: true,
    }),
    line: line.meta({ title: 'Line', description: 'The line of the file, or the last one of several.', advanced: true }),
    side: z
      .string()
      .nullable()
      .default('RIGHT')
      .meta({ title: 'Side', description: 'RIGHT for the new version of the file, LEFT for the old one.', advanced: true }),
    start_line: line.meta({ title: 'First line', description: 'The first line of several.', advanced: true }),
    start_side: z
      .string()
      .nullable()
      .default(null)
      .meta({ title: 'Side of the first line', description: 'RIGHT or LEFT.', advanced: true }),
  }),
  output: z.object({
    comment_object: z
      .record(z.string(), z.unknown())
      .meta({ title: 'Comment', description: 'The comment, without members that are not set.' }),
  }),
  tests: [
    {
      input: { path: 'src/main.js', body: 'Use const', line: 10 },
      output: [['comment_object', { path: 'src/main.js', body: 'Use const', line: 10, side: 'RIGHT' }]],
    },
    {
      name: 'a comment on several lines',
      input: { path: 'a', body: 'b', line: 10, start_line: 8, start_side: 'LEFT', side: 'LEFT' },
      output: [['comment_object', { path: 'a', body: 'b', line: 10, side: 'LEFT', start_line: 8, start_side: 'LEFT' }]],
    },
    {
      name: 'a position',
      input: { path: 'a', body: 'b', position: 3, side: null },
      output: [['comment_object', { path: 'a', body: 'b', position: 3 }]],
    },
  ],
  *run(comment) {
    yield ['comment_object', Object.fromEntries(Object.entries(comment).filter(([, value]) => value !== null))]
  },
})
