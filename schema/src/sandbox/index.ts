import './sandbox.ts'
