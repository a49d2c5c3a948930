export { createSignIn, SIGN_UP_POLICIES } from './sign-in.ts'
export type { SignIn, SignInMail, SignUpPolicy } from './sign-in.ts'
