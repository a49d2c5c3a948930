/* Values for the tests of blocks. */

export const credentials = { slack: { type: 'API_KEY', key: 'xoxb-test' } } as const
