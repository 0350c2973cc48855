/** Everything that happened to an event and was done about it, in the order in which it was. */
import type { Attachment, Decision, EvidenceRequest, OpenEvent } from './model'

interface Common {
  key: string
  /** RFC 3339. */
  at: string
  /** Which opening it was about; null: the event. */
  opening: number | null
  who: string
  note: string
  undone?: boolean
}

export type Happening = Common &
  (
    | { kind: 'candidate' | 'violation' | 'cleared' | 'sealed' | 'note' | 'answered' | 'withdrawn' }
    | { kind: 'decision'; decision: Decision }
    | { kind: 'asked'; request: EvidenceRequest }
    | { kind: 'attached'; attachment: Attachment }
  )

export function happenings(event: OpenEvent): Happening[] {
  const found: Happening[] = [
    ...event.changes.map((one, number): Happening => ({
      kind: one.state,
      key: `change ${number}`,
      at: (one.state === 'cleared' && one.cleared_at) || one.last_seen,
      opening: one.opening,
      who: '',
      note: '',
    })),
    ...event.packages
      .filter(({ kind }) => kind === 'primary')
      .map((one): Happening => ({
        kind: 'sealed',
        key: one.package_id,
        at: one.sealed_at,
        opening: one.opening,
        who: '',
        note: '',
      })),
    ...event.decisions.map((decision): Happening => ({
      kind: 'decision',
      decision,
      key: decision.decision_id,
      at: decision.decided_at,
      opening: decision.opening,
      who: decision.officer_name,
      note: decision.note,
      undone: decision.undone_at !== null,
    })),
    ...event.requests.flatMap(asked),
    ...event.notes.map((one): Happening => ({
      kind: 'note',
      key: `note ${one.note_id}`,
      at: one.written_at,
      opening: null,
      who: one.author_name,
      note: one.text,
    })),
    ...event.attachments.map((attachment): Happening => ({
      kind: 'attached',
      attachment,
      key: attachment.attachment_id,
      at: attachment.added_at,
      opening: null,
      who: attachment.author_name,
      note: attachment.note,
    })),
  ]
  return found.sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
}

function asked(request: EvidenceRequest): Happening[] {
  const { request_id, opening, asked_at, asked_name, note, state, closed_at, closed_name, answer } = request
  const first: Happening = { kind: 'asked', request, key: request_id, at: asked_at, opening, who: asked_name, note }
  if (!closed_at || (state !== 'answered' && state !== 'withdrawn')) return [first]
  const then: Happening = {
    kind: state,
    key: `${request_id} closed`,
    at: closed_at,
    opening,
    who: closed_name ?? '',
    note: answer,
  }
  return [first, then]
}
