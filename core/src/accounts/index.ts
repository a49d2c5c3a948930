export { createAccounts } from './accounts.ts'
export { ApiKey, User } from './entities.ts'
export type { Accounts } from './accounts.ts'
