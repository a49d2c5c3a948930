import type { SignInMail } from '@ashlar/core'
import { createTransport } from 'nodemailer'
import type { Logger } from '../../base/logger.ts'

/** Sends the mails of signing in. Returns immediately, so that the time of an answer does not depend on the mail. */
export type SendMail = (mail: SignInMail, browserUrl: string) => void

export interface MailSettings {
  /** `smtp://user:password@host:587` or `smtps://…` */
  smtpUrl: string
  /** The address of the sender, such as `Ashlar <ashlar@example.com>`. */
  from: string
}

const TIMEOUT_MS = 30_000

/** A failed mail is logged with its kind only: neither the address nor the link is written. */
export function createMailSender({ smtpUrl, from }: MailSettings, logger: Logger): SendMail {
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  })
  return (mail, browserUrl) => {
    const message = { from, to: { name: '', address: mail.to }, ...writeMail(mail, browserUrl) }
    transport.sendMail({ ...message, disableFileAccess: true, disableUrlAccess: true }).catch((error: unknown) => {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
      logger.error(`a mail of the kind ${mail.kind} was not sent (${code}): check SMTP_URL and MAIL_FROM`)
    })
  }
}

/** The token is in the fragment, so that a program which opens the link changes nothing and no log contains it. */
function writeMail(mail: SignInMail, browserUrl: string): { subject: string; text: string } {
  if (mail.kind === 'ALREADY_USER')
    return {
      subject: 'You already have an account on Ashlar',
      text: `Someone tried to sign up with your e-mail address. You already have an account.\n\nSign in: ${browserUrl}/sign-in\nIf you forgot your password: ${browserUrl}/reset\n\nIf it was not you, ignore this mail.\n`,
    }
  const until = mail.expiresAt.toISOString().slice(0, 16).replace('T', ' ')
  const ending = `The link works once, until ${until} UTC. If you did not ask for it, ignore this mail.\n`
  if (mail.kind === 'RESET')
    return {
      subject: 'Set a new password for Ashlar',
      text: `To set a new password, open this link:\n\n${browserUrl}/reset#${mail.token}\n\n${ending}`,
    }
  return {
    subject: 'Finish signing up to Ashlar',
    text: `To choose a password, open this link:\n\n${browserUrl}/sign-up#${mail.token}\n\n${ending}`,
  }
}
