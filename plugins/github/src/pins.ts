import { z } from 'zod'

export const repositoryPin = z
  .string()
  .trim()
  .regex(/^(?!\.+\/)[\w.-]+\/(?!\.+$)[\w.-]+$/, 'must be like "octocat/hello-world"')
  .meta({ title: 'Repository', description: 'Owner and name of the repository.', examples: ['octocat/hello-world'] })

export const numberPin = z.int().min(1).meta({ title: 'Number', description: 'The number of the issue or pull request.' })

export const limitPin = z
  .int()
  .min(1)
  .max(10_000)
  .default(100)
  .meta({ title: 'Limit', description: 'The maximum number of results.' })

export const labelsPin = z.array(z.string()).meta({ title: 'Labels', description: 'Names of labels.' })

export const listPins = {
  row: z.record(z.string(), z.unknown()).meta({ title: 'Row', description: 'Each result, one after the other.', many: true }),
  rows: z.array(z.record(z.string(), z.unknown())).meta({ title: 'Rows', description: 'All results as a list.' }),
  count: z.int().meta({ title: 'Count', description: 'The number of results.' }),
}

export const urlOut = z.string().meta({ title: 'URL', description: 'The address of the page on GitHub.' })
