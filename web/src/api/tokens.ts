import { api, body } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
export type Token = Schemas['TokenPublic']
export type NewToken = Schemas['TokenWithSecret']

export const readTokens = () => body(api.GET('/api/v1/tokens'))
export const createToken = (wanted: Schemas['TokenCreate']): Promise<NewToken> =>
  body(api.POST('/api/v1/tokens', { body: wanted }))
export const revokeToken = (token_id: number) =>
  body(api.DELETE('/api/v1/tokens/{token_id}', { params: { path: { token_id } } }))

/** Of everybody, for administrators. */
export type OwnedToken = Schemas['OwnedTokenPublic']
export const readAllTokens = () => body(api.GET('/api/v1/all-tokens'))
export const revokeAnyToken = (token_id: number) =>
  body(api.DELETE('/api/v1/all-tokens/{token_id}', { params: { path: { token_id } } }))
