import { api, body } from './client'
import type { components } from './schema'

export type SystemState = components['schemas']['SystemPublic']

export const readSystem = () => body(api.GET('/api/v1/system'))
