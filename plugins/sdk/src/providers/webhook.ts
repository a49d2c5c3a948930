/** The webhook messages that a service sends, and how it signs them. */
export interface Webhook {
  /** `{ name: 'push', description: 'Commits were pushed' }` */
  readonly events: readonly WebhookEvent[]
  readonly signature: WebhookSignature
}

export interface WebhookEvent {
  /** The service's name for the event. */
  readonly name: string
  readonly description: string
}

/**
 * An HMAC of the message with a shared secret, in a header. The header may contain several signatures, separated by
 * commas or spaces. One valid signature is enough.
 *
 * - GitHub: `{ header: 'x-hub-signature-256', algorithm: 'hmac-sha256', prefix: 'sha256=' }`
 * - Stripe: `{ header: 'stripe-signature', algorithm: 'hmac-sha256', prefix: 'v1=', timestampHeader:
 *   'stripe-signature', timestampPrefix: 't=' }`
 * - Slack: `{ header: 'x-slack-signature', algorithm: 'hmac-sha256', prefix: 'v0=', timestampHeader:
 *   'x-slack-request-timestamp', payload: 'v0:{timestamp}:{body}' }`
 */
export interface WebhookSignature {
  readonly header: string
  readonly algorithm: 'hmac-sha256' | 'hmac-sha1'
  /** @default 'hex' */
  readonly encoding?: 'hex' | 'base64'
  /** The prefix of each signature. @default none */
  readonly prefix?: string
  /** The header with the time of sending, in seconds since 1970. @default none: messages do not expire */
  readonly timestampHeader?: string
  /** The prefix of the time in that header. @default none */
  readonly timestampPrefix?: string
  /** The maximum difference from the host's clock, in seconds. @default 300 */
  readonly toleranceSeconds?: number
  /** The signed text. @default '{body}', or '{timestamp}.{body}' if there is a time */
  readonly payload?: string
}
