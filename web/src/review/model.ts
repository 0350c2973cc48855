/** The words of the review page for what the server gives. Times are RFC 3339; boxes [x1, y1, x2, y2] in pixels. */
import type { components, operations } from '@/api/schema'

type Schemas = components['schemas']

export type QueueItem = Schemas['QueuedEventPublic']
export type OpenEvent = Schemas['ReviewedEvent']
export type Opening = Schemas['OpeningPublic']
export type Dwell = Schemas['DwellPublic']
export type PackageSummary = Schemas['PackagePublic']
export type Decision = Schemas['DecisionPublic']
export type EvidenceRequest = Schemas['RequestPublic']
export type Addressee = Schemas['AddresseePublic']
export type AskedEvidence = Schemas['EvidenceAsked']
export type Attachment = Schemas['AttachmentPublic']
export type Named = Schemas['NamedPublic']
export type Reason = Schemas['ReasonPublic']
export type Options = Schemas['ReviewOptions']
export type Verdict = Schemas['SuggestionAsked']['verdict']
export type Box = readonly [number, number, number, number]
export type QueueQuery = NonNullable<operations['list_events']['parameters']['query']>
export type ReviewState = NonNullable<Schemas['ReviewPublic']['state']>
export type Sort = NonNullable<QueueQuery['sort']>
export type Standing = NonNullable<QueueQuery['standing']>
export type Label = Schemas['MissAsked']['label']

/** What the app reads of a rule, as the manifest or the site's history keeps it. */
export interface Rule {
  zone: {
    name: string
    candidate_after_s: number
    violation_after_s: number
    bridge_gap_s: number
    schedule: { days: string[]; from: string; to: string }[]
    permits: unknown[]
    agency: string | null
    shop: { name: string } | null
  }
}

/** Names an opening, on the page and in its address. */
export const keyOf = ({ event_id, opening }: { event_id: string; opening: number }): string => `${event_id}-${opening}`

/** The opening that is open: it stays the same, whatever happens to the others meanwhile. */
export const openedOne = (event: OpenEvent): Opening | undefined =>
  event.openings.find((one) => one.opening === event.opening)

/** Whether there is evidence of it whose seal holds: without, nothing is decided. */
export const isSealed = (event: OpenEvent): boolean => Boolean(openedOne(event)?.sealed)

/** Whether there is a package of it, whatever its seal is worth. */
export const hasPackage = (event: OpenEvent): boolean =>
  openedOne(event)?.packages.some(({ kind }) => kind === 'primary') ?? false

/** The rule as it was. */
export function ruleOf(event: OpenEvent): Rule | null {
  const found = (openedOne(event)?.manifest?.rule ?? event.rule) as Partial<Rule> | null
  return found?.zone ? (found as Rule) : null
}

/** What an assistant thinks of the opening: the newest word counts. */
export const suggestionFor = (event: OpenEvent): Decision | undefined =>
  event.decisions.findLast(
    ({ kind, undone_at, opening }) => kind === 'suggestion' && !undone_at && opening === event.opening,
  )

/** The request about the opening that waits for an answer. */
export const openRequest = (event: OpenEvent): EvidenceRequest | undefined =>
  event.requests.find(({ state, opening }) => state === 'open' && opening === event.opening)
