import { readFile, readdir } from 'node:fs/promises'
import { basename } from 'node:path'

/** An operation that users can open and run in GraphiQL. */
interface Example {
  /** Its file: `graphs/1-create`. */
  name: string
  title: string
  /** One line. */
  description: string
  query: string
  /** JSON, or an empty text. */
  variables: string
}

interface ExampleGroup {
  title: string
  examples: Example[]
}

const FOLDER = new URL('operations/', import.meta.url)

/** The folders of the examples in the order of the menu. */
const DOMAINS = ['graphs', 'executions', 'loops', 'files', 'blocks', 'plugins', 'credentials', 'account', 'sandbox'] as const

/** Titles of folders that contain more than their name says. */
const TITLES: Partial<Record<(typeof DOMAINS)[number], string>> = {
  credentials: 'Providers and credentials',
  account: 'Users and accounts',
}

/**
 * Reads the examples of each domain in the order of their file names. A `.graphql` file starts with comments: a line
 * with the title, then the description. The `.json` file of the same name contains the variables.
 */
export function readExamples(): Promise<ExampleGroup[]> {
  return Promise.all(
    DOMAINS.map(async (domain) => {
      const title = TITLES[domain] ?? domain.charAt(0).toUpperCase() + domain.slice(1)
      return { title, examples: await readDomain(domain) }
    }),
  )
}

async function readDomain(domain: string): Promise<Example[]> {
  const names = (await readdir(new URL(`${domain}/`, FOLDER))).toSorted()
  const queries = names.filter((name) => name.endsWith('.graphql'))
  return Promise.all(
    queries.map(async (file) => {
      const name = `${domain}/${basename(file, '.graphql')}`
      const query = await read(`${name}.graphql`)
      const variables = names.includes(`${basename(name)}.json`) ? await read(`${name}.json`) : ''
      return { name, ...readComments(query), query, variables }
    }),
  )
}

function readComments(query: string): Pick<Example, 'title' | 'description'> {
  const [comments = ''] = query.split('\n\n', 1)
  const [title = '', ...lines] = comments.split('\n').map((line) => line.replace(/^# ?/, ''))
  return { title, description: lines.join(' ') }
}

function read(name: string): Promise<string> {
  return readFile(new URL(name, FOLDER), 'utf8')
}
