import { readAnswer, sendTo, type ClientOptions } from './client.ts'

/** A link that logs in one browser, once. */
interface LoginLink {
  url: string
  /** ISO 8601 */
  expiresAt: string
}

/** Creates a login link for the user of the key. @throws {AshlarError} UNAUTHENTICATED SERVER_UNREACHABLE */
export async function createLoginLink(options: ClientOptions): Promise<LoginLink> {
  return (await readAnswer(options.url, await post(options, 'login/links'))) as LoginLink
}

/** Ends every browser session of the user of the key. @throws {AshlarError} UNAUTHENTICATED SERVER_UNREACHABLE */
export async function endSessions(options: ClientOptions): Promise<void> {
  const response = await post(options, 'logout')
  if (response.status !== 204) await readAnswer(options.url, response)
}

function post({ url, key, fetch }: ClientOptions, path: string): Promise<Response> {
  return sendTo(url, new Request(new URL(path, url), { method: 'POST', headers: { authorization: `Bearer ${key}` } }), fetch)
}
