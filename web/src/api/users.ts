import { api, body } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
export type User = Schemas['UserPublic']
export type UserWithPassword = Schemas['UserWithPassword']
export type Node = Schemas['NodePublic']
export type UserChange = Schemas['UserChange']

const USER = '/api/v1/users/{user_id}'
const of = (user_id: number) => ({ path: { user_id } })

export const readUsers = () => body(api.GET('/api/v1/users'))
export const readNodes = () => body(api.GET('/api/v1/nodes'))
export const createUser = (name: string, full_name: string) =>
  body(api.POST('/api/v1/users', { body: { name, full_name } }))
export const resetPassword = (userId: number) => body(api.POST(`${USER}/password`, { params: of(userId) }))

/** Changes an account as it is now: its version is read first, and another's change meanwhile is refused. */
export async function changeUser(userId: number, change: UserChange): Promise<User> {
  const { response } = await api.GET(USER, { params: of(userId) })
  const version = response.headers.get('ETag') ?? ''
  return body(api.PATCH(USER, { params: { ...of(userId), header: { 'if-match': version } }, body: change }))
}
