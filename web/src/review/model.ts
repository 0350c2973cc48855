/** The words of the review page for what the server gives. Times are RFC 3339; boxes [x1, y1, x2, y2] in pixels. */
import type { components, operations } from '@/api/schema'

type Schemas = components['schemas']

export type QueueItem = Schemas['QueuedEventPublic']
export type OpenEvent = Schemas['ReviewedEvent']
export type Opening = Schemas['OpeningPublic']
export type Dwell = Schemas['DwellPublic']
export type PackageSummary = Schemas['PackagePublic']
export type Decision = Schemas['DecisionPublic']
export type Attachment = Schemas['AttachmentPublic']
export type Named = Schemas['NamedPublic']
export type Reason = Schemas['ReasonPublic']
export type Options = Schemas['ReviewOptions']
export type Verdict = Schemas['DecisionAsked']['verdict']
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

/** The opening that is to be decided about; before there is one, the last one. */
export const openingToDecide = (event: OpenEvent): Opening | undefined =>
  event.openings.find((one) => one.opening === event.opening_to_decide) ?? event.openings.at(-1)

/** The newest opening of which pictures were sealed: what there is to look at, whether or not it is to be decided. */
export const sealedOpening = (event: OpenEvent): Opening | undefined =>
  event.openings.findLast((one) => one.packages.some(({ kind }) => kind === 'primary'))

/** Whether the pictures are those of the opening that is to be decided about: only then looking at them counts. */
export const showsWhatIsDecided = (event: OpenEvent): boolean => sealedOpening(event) === openingToDecide(event)

/** The rule as it was. */
export function ruleOf(event: OpenEvent): Rule | null {
  const found = (openingToDecide(event)?.manifest?.rule ?? event.rule) as Partial<Rule> | null
  return found?.zone ? (found as Rule) : null
}

/** What an assistant thinks of the opening that is to be decided about: the newest word counts. */
export const suggestionFor = (event: OpenEvent): Decision | undefined =>
  event.decisions.findLast(
    ({ kind, undone_at, opening }) => kind === 'suggestion' && !undone_at && opening === event.opening_to_decide,
  )
