/** What the review page asks of the server. */
import type { Approval } from '@/review/decide/approval'
import type { Looks } from '@/review/looks'
import { openedOne, type AskedEvidence, type Box, type OpenEvent, type QueueQuery, type Verdict } from '@/review/model'
import { may } from '@/session/session'

import { api, body } from './client'
import type { components } from './schema'

type Schemas = components['schemas']

export interface NewDecision {
  event: OpenEvent
  verdict: Verdict
  reason?: string
  note?: string
  approval?: Approval
  looks: Looks
  /** Names the attempt: sent again, nothing happens twice. */
  key: string
}

export interface OpeningName {
  event_id: string
  opening: number
}

const at = ({ event_id, opening }: OpeningName) => ({ params: { path: { event_id, opening } } })
const of = (event_id: string) => ({ params: { path: { event_id } } })

export const readOptions = () => body(api.GET('/api/v1/review/options'))
export const readQueue = (query: QueueQuery) => body(api.GET('/api/v1/events', { params: { query } }))
/** An opening of an event; without a number, the one that waits, or else the last. */
export const readEvent = (eventId: string, opening: number | null = null) =>
  opening === null
    ? body(api.GET('/api/v1/events/{event_id}', of(eventId)))
    : body(api.GET('/api/v1/events/{event_id}/openings/{opening}', at({ event_id: eventId, opening })))
/** The paths of a package's files that show nothing which privacy masks hide. */
export async function maskedFiles(package_id: string): Promise<Set<string>> {
  const files = await body(api.GET('/api/v1/packages/{package_id}/files', { params: { path: { package_id } } }))
  return new Set(files.filter((one) => one.masked).map((one) => one.path))
}
/** The public keys of this installation, by which its evidence was sealed. */
export const evidenceKeys = () => body(api.GET('/api/v1/evidence-keys'))
export const claim = (one: OpeningName) => body(api.POST('/api/v1/events/{event_id}/openings/{opening}/claim', at(one)))
export const release = (one: OpeningName) =>
  body(api.DELETE('/api/v1/events/{event_id}/openings/{opening}/claim', at(one)))
export const undo = (decision_id: string) =>
  body(api.POST('/api/v1/decisions/{decision_id}/undo', { params: { path: { decision_id } } }))

/** Decides, or, for an assistant, suggests. */
export async function decide(wanted: NewDecision): Promise<Schemas['DecisionAnswer']> {
  const { event, key } = wanted
  const params = {
    path: { event_id: event.event_id, opening: event.opening },
    header: { 'idempotency-key': key, 'if-match': `"${event.review.revision}"` },
  }
  const suggestion = {
    verdict: wanted.verdict,
    reason: (wanted.reason ?? null) as Schemas['SuggestionAsked']['reason'],
    note: wanted.note ?? wanted.approval?.note ?? '',
    spent_s: wanted.looks.spent_s(),
  }
  if (!may('events.decide'))
    return body(api.POST('/api/v1/events/{event_id}/openings/{opening}/suggestions', { params, body: suggestion }))
  const { code = null, subject = {} } = wanted.approval ?? {}
  return body(
    api.POST('/api/v1/events/{event_id}/openings/{opening}/decisions', {
      params,
      body: {
        ...suggestion,
        verdict: decisive(wanted.verdict),
        code,
        subject,
        seen: wanted.looks.seen.value,
        manifest_sha256: openedOne(event)?.sealed?.manifest_sha256 ?? null,
      },
    }),
  )
}

/** More evidence is asked for, not decided. */
function decisive(verdict: Verdict): Schemas['DecisionAsked']['verdict'] {
  if (verdict === 'more_evidence') throw new Error('a request for evidence is no decision')
  return verdict
}

/** What waits for an answer of the user. */
export const readAskedOfMe = () => body(api.GET('/api/v1/evidence-requests', { params: { query: { of: 'me' } } }))
export const readAddressees = (eventId: string) => body(api.GET('/api/v1/events/{event_id}/addressees', of(eventId)))

/** Asks for further evidence about the open opening. */
export const ask = (event: OpenEvent, asked: AskedEvidence, key: string) =>
  body(
    api.POST('/api/v1/events/{event_id}/openings/{opening}/requests', {
      params: { ...at(event).params, header: { 'idempotency-key': key, 'if-match': `"${event.review.revision}"` } },
      body: asked,
    }),
  )

export const answer = (request_id: string, text: string, attachment_ids: string[]) =>
  body(
    api.POST('/api/v1/evidence-requests/{request_id}/answer', {
      params: { path: { request_id } },
      body: { text, attachment_ids },
    }),
  )

export const withdraw = (request_id: string) =>
  body(api.POST('/api/v1/evidence-requests/{request_id}/withdraw', { params: { path: { request_id } } }))

export interface NewMiss {
  event: OpenEvent
  packageId: string
  path: string
  utc: string
  label: Schemas['MissAsked']['label']
  box: Box
  note: string
}

export const markMiss = ({ event, packageId, path, utc, label, box, note }: NewMiss) =>
  body(
    api.POST('/api/v1/misses', {
      body: { camera_id: event.camera_id, picture: { package_id: packageId, path }, label, box: [...box], utc, note },
    }),
  )

/** Adds a picture from the spot, or of a re-check by hand (复查). */
export function attach(eventId: string, file: File, kind: 'photo' | 'recheck', note = '') {
  const form = new FormData()
  form.set('file', file)
  form.set('kind', kind)
  form.set('note', note)
  return body(
    api.POST('/api/v1/events/{event_id}/attachments', {
      // The document says what a form holds; a browser sends it itself.
      ...of(eventId),
      body: form as unknown as Schemas['Body_add_attachment'],
    }),
  )
}

export const attachmentAddress = (attachmentId: string): string =>
  `/api/v1/attachments/${encodeURIComponent(attachmentId)}`
