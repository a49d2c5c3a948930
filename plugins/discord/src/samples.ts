/* Values for the tests of blocks. */

export const credentials = { discord: { type: 'API_KEY', key: 'test-token' } } as const
