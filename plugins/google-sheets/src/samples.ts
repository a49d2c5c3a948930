/* Values for the tests of blocks. */

export const credentials = { google: { type: 'OAUTH2', accessToken: 'test-token' } } as const

export const notFound = {
  status: 404,
  json: { error: { code: 404, message: 'Requested entity was not found.', status: 'NOT_FOUND' } },
}

export const notFoundMessage = 'Google Sheets answered with status 404: Requested entity was not found.'
