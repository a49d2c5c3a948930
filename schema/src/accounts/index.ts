import './user.ts'
