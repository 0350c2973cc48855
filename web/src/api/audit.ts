import { api, body } from './client'
import type { components, operations } from './schema'

export type AuditEntry = components['schemas']['AuditEntryPublic']
export type AuditQuery = NonNullable<operations['list_audit']['parameters']['query']>

export const readAudit = (query: AuditQuery) => body(api.GET('/api/v1/audit', { params: { query } }))
