import type { Runtime } from '@ashlar/core'

/** A browser session, for tests. */
export interface TestLogin {
  /** The headers that our page sends. */
  headers: { cookie: string; 'ashlar-page-token': string }
  /** The header that the browser adds itself, for every port of the host. */
  cookie: { cookie: string }
  pageToken: string
}

export async function logIn(
  { browserSessions }: Pick<Runtime, 'browserSessions'>,
  userId: string,
  cookieName = 'ashlar_session',
): Promise<TestLogin> {
  const session = await browserSessions.open((await browserSessions.createLogin(userId)).token)
  if (!session) throw new Error('the login token was refused')
  const cookie = { cookie: `${cookieName}=${session.token}` }
  return { headers: { ...cookie, 'ashlar-page-token': session.pageToken }, cookie, pageToken: session.pageToken }
}
