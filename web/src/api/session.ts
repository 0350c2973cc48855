import { api, body } from './client'
import type { components } from './schema'

export type Session = components['schemas']['SessionPublic']
export type Right = Session['rights'][number]
export type Role = NonNullable<Session['user']['role']>

const SESSION = '/api/v1/session'

export const readSession = () => body(api.GET(SESSION))
/** `code`: of the second factor, where the account has one. */
export const signIn = (name: string, password: string, code?: string) =>
  body(api.POST(SESSION, { body: code ? { name, password, otp: code } : { name, password } }))
export const signOut = () => body(api.DELETE(SESSION))
export const changePassword = (current: string, fresh: string) =>
  body(api.POST(`${SESSION}/password`, { body: { current, new: fresh } }))

/** What one may know of one's own account. */
export type OwnAccount = components['schemas']['OwnAccountPublic']
export type OpenSession = components['schemas']['OpenSessionPublic']
export type SecondFactorSetup = components['schemas']['SecondFactorSetup']

export const CODE_REQUIRED = 'urn:jiejing:problem:code-required'
export const WRONG_CODE = 'urn:jiejing:problem:wrong-code'

export const readOwnAccount = () => body(api.GET(`${SESSION}/account`))
export const endSession = (session_id: string) =>
  body(api.DELETE(`${SESSION}/others/{session_id}`, { params: { path: { session_id } } }))
export const endOtherSessions = () => body(api.DELETE(`${SESSION}/others`))
export const giveCode = (code: string) => body(api.POST(`${SESSION}/code`, { body: { otp: code } }))
export const beginSecondFactor = (current: string) => body(api.POST(`${SESSION}/second-factor`, { body: { current } }))
export const confirmSecondFactor = (code: string) =>
  body(api.POST(`${SESSION}/second-factor/confirmation`, { body: { otp: code } }))
export const renewRecoveryCodes = () => body(api.POST(`${SESSION}/recovery-codes`))
export const removeSecondFactor = () => body(api.DELETE(`${SESSION}/second-factor`))
