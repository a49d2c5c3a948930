import type { Provider } from '../../capabilities/index.ts'

/** Finds a provider that an account can use. @param name qualified */
export type FindProvider = (ownerId: string, name: string) => Promise<Provider | undefined>
