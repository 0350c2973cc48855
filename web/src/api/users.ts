import { api, body } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
export type User = Schemas['UserPublic']
export type UserWithPassword = Schemas['UserWithPassword']
export type Node = Schemas['NodePublic']
export type UserChange = Schemas['UserChange']
/** An account, and what of it waits for another administrator. */
export type UserAsked = Schemas['UserAsked']
export type AccountAct = Schemas['AccountActPublic']

const USER = '/api/v1/users/{user_id}'
const of = (user_id: number) => ({ path: { user_id } })

export const readUsers = () => body(api.GET('/api/v1/users'))
export const readNodes = () => body(api.GET('/api/v1/nodes'))
export const createUser = (name: string, full_name: string) =>
  body(api.POST('/api/v1/users', { body: { name, full_name } }))
export const resetPassword = (userId: number) => body(api.POST(`${USER}/password`, { params: of(userId) }))

/** Changes an account as it is now: its version is read first, and another's change meanwhile is refused. */
export async function changeUser(userId: number, change: UserChange): Promise<UserAsked> {
  const { response } = await api.GET(USER, { params: of(userId) })
  const version = response.headers.get('ETag') ?? ''
  return body(api.PATCH(USER, { params: { ...of(userId), header: { 'if-match': version } }, body: change }))
}

/** Acts on administrators that wait for another one. */
export const readActs = () => body(api.GET('/api/v1/account-acts'))
export const decideAct = (act_id: string, decision: 'confirm' | 'reject') =>
  body(api.POST(`/api/v1/account-acts/{act_id}/${decision}`, { params: { path: { act_id } }, body: { note: '' } }))
export const withdrawAct = (act_id: string) =>
  body(api.POST('/api/v1/account-acts/{act_id}/withdraw', { params: { path: { act_id } } }))
