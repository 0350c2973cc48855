/** What a change alters of a camera's rules: which zones, and what of each. Pure. */
import type { Preset, Relaxation, Zone, ZoneType } from '@/api/cameras'

export const FIELDS = [
  'name',
  'violation',
  'violation_after_s',
  'candidate_after_s',
  'bridge_gap_s',
  'reopen_within_s',
  'schedule',
  'permits',
  'exempt',
  'attended',
  'agency',
  'shop',
  'min_score',
  'observe',
  'daily_budget',
] as const
export type Field = (typeof FIELDS)[number]

type Scene = Pick<Relaxation['before'], 'presets' | 'privacy_masks'>

/** One zone as it is and as it would be, every default filled in; null = it is not there. */
export interface ZoneChange {
  was: Zone | null
  now: Zone | null
  fields: readonly Field[]
  redrawn: boolean
}

/** One preset with the zones that differ; `redrawn`: an outline differs, of a zone, a permit or a mask. */
export interface PresetChange {
  was: Preset
  now: Preset
  zones: readonly ZoneChange[]
  redrawn: boolean
  pictured: boolean
}

export function changesOf(before: Scene, after: Scene, types: readonly ZoneType[]): PresetChange[] {
  const masked = differ(before.privacy_masks, after.privacy_masks)
  const ids = new Set([...before.presets, ...after.presets].map((one) => one.id))
  return [...ids]
    .map((id) => {
      const was = presetOf(before, id)
      const now = presetOf(after, id)
      const zones = zonesOf(was, now, types)
      const pictured = (was.view ?? null) !== (now.view ?? null)
      return { was, now, zones, redrawn: masked || zones.some((one) => one.redrawn), pictured }
    })
    .filter((one) => one.zones.length || one.redrawn || one.pictured)
}

function zonesOf(was: Preset, now: Preset, types: readonly ZoneType[]): ZoneChange[] {
  const ids = new Set([...was.zones, ...now.zones].map((one) => one.id))
  return [...ids]
    .map((id) => zoneChange(filledIn(zoneOf(was, id), types), filledIn(zoneOf(now, id), types)))
    .filter((one) => one.fields.length || one.redrawn)
}

function zoneChange(was: Zone | null, now: Zone | null): ZoneChange {
  if (!was || !now) return { was, now, fields: [], redrawn: true }
  const fields = FIELDS.filter((field) => differ(valueOf(was, field), valueOf(now, field)))
  return { was, now, fields, redrawn: differ(outlines(was), outlines(now)) }
}

/** The zone with what its violation type gives where it says nothing itself. */
export function filledIn(zone: Zone | null, types: readonly ZoneType[]): Zone | null {
  const type = types.find((one) => one.key === zone?.violation)
  if (!zone || !type) return zone
  return {
    ...zone,
    violation_after_s: zone.violation_after_s ?? type.violation_after_s,
    candidate_after_s: zone.candidate_after_s ?? type.candidate_after_s,
    bridge_gap_s: zone.bridge_gap_s ?? type.bridge_gap_s,
    attended: zone.attended ?? type.attended,
  }
}

const presetOf = (scene: Scene, id: string): Preset => scene.presets.find((one) => one.id === id) ?? { id, zones: [] }
const zoneOf = (preset: Preset, id: string): Zone | null => preset.zones.find((one) => one.id === id) ?? null
const outlines = (zone: Zone) => [zone.polygon, ...zone.permits.map((one) => one.polygon ?? null)]
const valueOf = (zone: Zone, field: Field): unknown =>
  field === 'observe' ? [Boolean(zone.observe), zone.observe_until ?? null] : (zone[field] ?? null)
const differ = (one: unknown, other: unknown): boolean => JSON.stringify(one) !== JSON.stringify(other)
