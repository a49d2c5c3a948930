/** The messages that a service sends by itself, and how it signs them. */
export interface Webhook {
  /** `{ name: 'push', description: 'Somebody has pushed commits' }` */
  readonly events: readonly WebhookEvent[]
  readonly signature: WebhookSignature
}

export interface WebhookEvent {
  /** As the service names it. */
  readonly name: string
  readonly description: string
}

/**
 * An HMAC of the message under a secret that both sides know, in a header. The header may hold several, separated by commas or
 * spaces: one that fits is enough.
 *
 * - GitHub: `{ header: 'x-hub-signature-256', algorithm: 'hmac-sha256', prefix: 'sha256=' }`
 * - Stripe: `{ header: 'stripe-signature', algorithm: 'hmac-sha256', prefix: 'v1=', timestampHeader: 'stripe-signature', timestampPrefix: 't=' }`
 * - Slack: `{ header: 'x-slack-signature', algorithm: 'hmac-sha256', prefix: 'v0=', timestampHeader: 'x-slack-request-timestamp', payload: 'v0:{timestamp}:{body}' }`
 */
export interface WebhookSignature {
  readonly header: string
  readonly algorithm: 'hmac-sha256' | 'hmac-sha1'
  /** @default 'hex' */
  readonly encoding?: 'hex' | 'base64'
  /** What stands before each signature. @default none */
  readonly prefix?: string
  /** The header that says when it was sent, in seconds since 1970. @default none: messages do not grow old */
  readonly timestampHeader?: string
  /** What stands before the time in that header. @default none */
  readonly timestampPrefix?: string
  /** Seconds that the time may differ from ours. @default 300 */
  readonly toleranceSeconds?: number
  /** What is signed. @default '{body}', with a time '{timestamp}.{body}' */
  readonly payload?: string
}
