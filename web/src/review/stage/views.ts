/** The pictures and clips of an event, in the order in which an officer goes through them. */
import type { Evidence, EvidenceFile } from '../evidence'
import type { Look } from '../looks'
import { hasPackage, openedOne, type OpenEvent, type PackageSummary } from '../model'

export type ViewKind = 'still' | 'compare' | 'clip'

export interface View {
  key: ViewKey
  kind: ViewKind
  packageId: string
  /** Marked and unmarked picture, or the clip. */
  marked: string
  plain: string
  look: Look | null
  /** Whether it opens on the thing instead of the whole scene. */
  close: boolean
}

export const VIEW_KEYS = [
  'first',
  'last',
  'subject',
  'compare',
  'timelapse',
  'arrival',
  'moment',
  'composite',
  'after',
] as const
export type ViewKey = (typeof VIEW_KEYS)[number]

const still = (packageId: string, key: ViewKey, name: string, look: Look | null, close = false): View => ({
  key,
  kind: 'still',
  packageId,
  marked: `marked/${name}.jpg`,
  plain: `originals/${name}.jpg`,
  look,
  close,
})

const clip = (packageId: string, key: ViewKey, name: string): View => ({
  key,
  kind: 'clip',
  packageId,
  marked: `clip/${name}.mp4`,
  plain: `clip/${name}.mp4`,
  look: null,
  close: false,
})

/** What there is to look at: the package of the opening, and what was added to that. */
export function viewsOf(event: OpenEvent): View[] {
  const packages = hasPackage(event) ? (openedOne(event)?.packages ?? []) : []
  const primary = newest(packages, 'primary')
  const supplement = newest(packages, 'supplement')
  if (!primary) return []
  const id = primary.package_id
  const views = [
    still(id, 'first', 'first_rest', 'first_picture'),
    still(id, 'last', 'violation', 'last_picture'),
    still(id, 'subject', 'violation', 'subject', true),
    { ...still(id, 'compare', 'violation', null), kind: 'compare' as const },
    clip(id, 'timelapse', 'timelapse'),
    clip(id, 'arrival', 'still_since'),
    clip(id, 'moment', 'violation'),
    { ...still(id, 'composite', '', null), marked: 'composite.jpg', plain: 'composite.jpg' },
  ]
  const lacking = new Set(primary.missing)
  const there = views.filter((view) => !lacking.has(view.marked))
  return supplement ? [...there, still(supplement.package_id, 'after', 'after', null)] : there
}

/** The files that a view needs. */
export function pathsOf(evidence: Evidence, { kind, packageId, marked, plain }: View, marks: boolean): string[] {
  const isMarked = marks || evidence.isWithheld(packageId, plain)
  if (kind !== 'compare') return [isMarked ? marked : plain]
  return ['first_rest', 'violation'].map((name) => `${isMarked ? 'marked' : 'originals'}/${name}.jpg`)
}

/** The file that a view shows, once it was downloaded; marked where the unmarked one is withheld. */
export function shown(evidence: Evidence, view: View, marks: boolean): EvidenceFile | undefined {
  const isMarked = marks || evidence.isWithheld(view.packageId, view.plain)
  return evidence.file(view.packageId, isMarked ? view.marked : view.plain)
}

function newest(packages: readonly PackageSummary[], kind: PackageSummary['kind']): PackageSummary | undefined {
  return packages.findLast((one) => one.kind === kind)
}
