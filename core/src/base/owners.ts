/** The ids of accounts, or of one account: an object must belong to one of them. */
export type Owners = string | readonly string[]

export function toOwnerIds(owners: Owners): readonly string[] {
  return typeof owners === 'string' ? [owners] : owners
}
