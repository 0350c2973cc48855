import { api, body } from './client'
import type { components, operations } from './schema'

type Schemas = components['schemas']
export type Supervision = Schemas['SupervisionPublic']
export type SupervisedGroup = Schemas['SupervisedGroup']
export type SupervisedDecision = Schemas['SupervisedDecision']
export type SupervisionBy = Supervision['by']
export type SupervisionQuery = NonNullable<operations['get_supervision']['parameters']['query']>
export type SupervisedQuery = NonNullable<operations['list_supervised']['parameters']['query']>

const SUPERVISION = '/api/v1/supervision'

export const readSupervision = (query: SupervisionQuery) => body(api.GET(SUPERVISION, { params: { query } }))
export const readSupervised = (query: SupervisedQuery) =>
  body(api.GET(`${SUPERVISION}/decisions`, { params: { query } }))

/** Where the same figures are as a file. */
export const supervisionTable = (query: SupervisionQuery): string =>
  `${SUPERVISION}/export?${new URLSearchParams(Object.entries(query).filter(([, value]) => value) as [string, string][])}`
