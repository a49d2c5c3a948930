import { readFile, readdir } from 'node:fs/promises'
import { basename } from 'node:path'

/** A tab of GraphiQL. */
interface Tab {
  query: string
  /** JSON */
  variables: string
}

const FOLDER = new URL('operations/', import.meta.url)

/** Reads the example operations in order: each `.graphql` file, with the `.json` file of the same name as variables. */
export async function readTabs(): Promise<Tab[]> {
  const names = (await readdir(FOLDER)).toSorted()
  const queries = names.filter((name) => name.endsWith('.graphql'))
  return Promise.all(
    queries.map(async (name) => {
      const variables = `${basename(name, '.graphql')}.json`
      return { query: await read(name), variables: names.includes(variables) ? await read(variables) : '' }
    }),
  )
}

function read(name: string): Promise<string> {
  return readFile(new URL(name, FOLDER), 'utf8')
}
