/** The limit for the body of a request and for a message on a WebSocket. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024
