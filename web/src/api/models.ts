import { api, body } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
export type Models = Schemas['ModelsPublic']
export type Card = Schemas['CardPublic']
export type Figure = Schemas['FigurePublic']
export type Shadow = Schemas['ShadowPublic']

const MODELS = '/api/v1/models'
/** Each change is meant for what is in use now. */
const meant = ({ revision }: Models) => ({ header: { 'if-match': `"${revision}"` } })

export const readModels = () => body(api.GET(MODELS))
export const promote = (now: Models, name: string, reason: string, force: boolean) =>
  body(api.POST(`${MODELS}/promotions`, { params: meant(now), body: { models: [name], reason, force } }))
export const rollBack = (now: Models, reason: string) =>
  body(api.POST(`${MODELS}/rollback`, { params: meant(now), body: { reason } }))
export const setShadow = (name: string | null) => body(api.PUT(`${MODELS}/shadow`, { body: { name } }))

/** Which decided events, and why; moments in RFC 3339. */
export interface DecidedQuery {
  purpose: string
  labels: string[]
  since?: string
  until?: string
}

/** Where decided events are with their pictures, as `jiejing dataset harvest` takes them in. */
export function decidedArchive({ purpose, labels, since, until }: DecidedQuery): string {
  const query = new URLSearchParams({ purpose, ...(since && { since }), ...(until && { until }) })
  for (const label of labels) query.append('label', label)
  return `/api/v1/decisions.zip?${query.toString()}`
}
