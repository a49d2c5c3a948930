export { signInActions } from './actions.ts'
export { createMailSender, type MailSettings, type SendMail } from './mail.ts'
export { signInPages } from './pages.ts'
