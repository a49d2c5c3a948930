/** The status line and the error code of the answer to an upgrade request that is rejected. */
export type Rejection = readonly [status: string, code: string]

export const BAD_REQUEST: Rejection = ['400 Bad Request', 'BAD_REQUEST']
export const FORBIDDEN: Rejection = ['403 Forbidden', 'FORBIDDEN']
export const NOT_FOUND: Rejection = ['404 Not Found', 'NOT_FOUND']
export const RATE_LIMITED: Rejection = ['429 Too Many Requests', 'RATE_LIMITED']
