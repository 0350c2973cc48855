import { api, body } from './client'
import type { components } from './schema'

export type Session = components['schemas']['SessionPublic']
export type Right = Session['rights'][number]
export type Role = NonNullable<Session['user']['role']>

const SESSION = '/api/v1/session'

export const readSession = () => body(api.GET(SESSION))
export const signIn = (name: string, password: string) => body(api.POST(SESSION, { body: { name, password } }))
export const signOut = () => body(api.DELETE(SESSION))
export const changePassword = (current: string, fresh: string) =>
  body(api.POST(`${SESSION}/password`, { body: { current, new: fresh } }))
