import { htmlPage } from '../../pages/index.ts'
import type { Route } from '../../http/routes.ts'
import type { SignInParts } from './actions.ts'

// Each page has parts; its script shows the part that fits the fragment of the URL. A form names the path to which its
// script sends the fields as JSON.

const EMAIL = field('email', 'E-mail', 'type="email" autocomplete="username" maxlength="254"')
const NAME = field('name', 'Name', 'autocomplete="name" maxlength="100"')
const PASSWORD = field('password', 'Password', 'type="password" autocomplete="current-password"')
const NEW_PASSWORD = field(
  'password',
  'Password, at least 12 characters',
  'type="password" autocomplete="new-password" minlength="12" maxlength="256"',
)
const LINKS = '<p><a href="reset">Forgot your password?</a> · <a href="sign-up">Sign up</a> · <a href="login">Login link</a></p>'
const SIGN_IN = '<p><a href="sign-in">Sign in</a></p>'

/** The routes for GET, by path. */
export function signInPages({ sendMail }: Pick<SignInParts, 'sendMail'>): [string, Route][] {
  const hasMail = sendMail !== undefined
  const mailSent = part('sent', 'Check your mail', '<p>If the address can be used, a mail with a link is on its way.</p>')
  const done = part('done', 'Your password is set', SIGN_IN)
  const askAdmin = '<p>This server sends no mail. Ask its administrator for a link.</p>'
  const reset = [
    part('start', 'Set a new password', hasMail ? form('reset', 'sent', EMAIL, 'Send a link') : askAdmin),
    part('link', 'Set a new password', form('reset/complete', 'done', NEW_PASSWORD, 'Set the password')),
  ]
  const signUpForm = hasMail
    ? form('sign-up', 'sent', EMAIL, 'Send a link')
    : form('sign-up/invited', 'done', EMAIL + NAME + NEW_PASSWORD, 'Sign up')
  const signUp = [
    part('start', 'Sign up', hasMail ? signUpForm : `${askAdmin}${SIGN_IN}`),
    part('invitation', 'Sign up', signUpForm),
    part('link', 'Sign up', form('sign-up/complete', 'done', NAME + NEW_PASSWORD, 'Sign up')),
  ]
  return [
    ['/sign-in', page('Sign in', part('start', 'Sign in', form('sign-in', 'session', EMAIL + PASSWORD, 'Sign in') + LINKS))],
    ['/reset', page('Set a new password', [...reset, mailSent, done].join(''))],
    ['/sign-up', page('Sign up', [...signUp, mailSent, done].join(''))],
  ]
}

function page(title: string, body: string): Route {
  const status = '<p id="failure" role="alert" hidden></p>'
  return () => htmlPage({ title, body: body + status, script: 'sign-in.js' })
}

function part(id: string, title: string, body: string): string {
  return `<div data-part="${id}" data-title="${title}" hidden>${body}</div>`
}

/** @param then the part to show after success, or `session` to enter with the session in the answer */
function form(path: string, then: string, fields: string, button: string): string {
  return `<form data-path="${path}" data-then="${then}">${fields}<button>${button}</button></form>`
}

function field(name: string, label: string, attributes: string): string {
  return `<label>${label} <input name="${name}" required ${attributes}></label>`
}
