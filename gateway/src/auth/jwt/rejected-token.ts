/** The reason for which a token is invalid. The operator's log has it, clients do not receive it. */
export class RejectedToken extends Error {
  override readonly name = 'RejectedToken'
}

/** The keys of an issuer are unknown, so that its tokens cannot be checked at the moment. */
export class IssuerUnavailable extends Error {
  override readonly name = 'IssuerUnavailable'
}
