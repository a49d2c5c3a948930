export { openUsers, type OpenUsers } from './open-users.ts'
export { SIGN_UP_POLICIES, type SignInMail, type SignUpPolicy } from './sign-in.ts'
