import { parseGlobalId } from './global-ids.ts'

const DEFAULT = 'The default is your personal account.'

/** The description of an argument or input `accountId`. @param what such as `The account of the new graph.` */
export function describeAccountId(what: string): { description: string } {
  return { description: `Global id. ${what} ${DEFAULT}` }
}

/** The optional argument or input `accountId`. @throws {AshlarError} BAD_INPUT */
export function parseAccountId(accountId: string | number | null | undefined): string | undefined {
  return accountId == null ? undefined : parseGlobalId(accountId, 'Account', 'accountId')
}
