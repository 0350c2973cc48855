/** What is edited: presets with zones, and privacy masks. Pure; every change gives a new value. */
import type { CameraDetail, Permit, Polygon, Preset, Scene, Zone } from '@/api/cameras'

import { firstWeek } from '../observing'

/** What is chosen: a zone, a permit's part of it, or a mask, by its number. */
export type Chosen =
  { what: 'zone'; zone: number } | { what: 'permit'; zone: number; permit: number } | { what: 'mask'; mask: number }

export const ALWAYS: Zone['schedule'] = [
  { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00' },
]

export const sceneOf = (camera: CameraDetail): Scene => ({
  presets: camera.presets,
  privacy_masks: camera.privacy_masks,
})

/** A new zone observes its first week, so that it is seen whether it is right before anybody is alarmed. */
export const newZone = (id: string, violation: string, polygon: Polygon): Zone => ({
  id,
  name: '',
  violation,
  polygon,
  min_score: 0.25,
  reopen_within_s: 1800,
  schedule: ALWAYS,
  permits: [],
  exempt: [],
  daily_budget: 50,
  ...firstWeek(),
})

export const newPermit = (): Permit => ({
  permit_no: '',
  schedule: ALWAYS,
  polygon: null,
  valid_from: null,
  valid_to: null,
})

/** An id that none of these have: the word, with the first free number. */
export function freeId(word: string, taken: readonly string[]): string {
  for (let number = 1; ; number += 1) {
    const id = word ? `${word}-${number}` : String(number)
    if (!taken.includes(id)) return id
  }
}

/** A name that none of these have: the word itself, or with the first free number from 2 on. */
export function freeName(word: string, taken: readonly string[]): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? word : `${word} ${number}`
    if (!taken.includes(name)) return name
  }
}

/** Whether a name is the word, as `freeName` gives it. */
export const isFreeName = (name: string, word: string): boolean =>
  name === word || (name.startsWith(`${word} `) && /^\d+$/.test(name.slice(word.length + 1)))

export const changedPreset = (scene: Scene, at: number, change: (preset: Preset) => Preset): Scene => ({
  ...scene,
  presets: scene.presets.map((one, index) => (index === at ? change(one) : one)),
})

export const withZone = (scene: Scene, at: number, zone: Zone): Scene =>
  changedPreset(scene, at, (preset) => ({ ...preset, zones: [...preset.zones, zone] }))

export const changedZone = (scene: Scene, at: number, zone: number, changes: Partial<Zone>): Scene =>
  changedPreset(scene, at, (preset) => ({
    ...preset,
    zones: preset.zones.map((one, index) => (index === zone ? { ...one, ...changes } : one)),
  }))

export const changedPermit = (
  scene: Scene,
  at: number,
  zone: number,
  permit: number,
  changes: Partial<Permit>,
): Scene =>
  changedPreset(scene, at, (preset) => ({
    ...preset,
    zones: preset.zones.map((one, index) =>
      index === zone
        ? { ...one, permits: one.permits.map((it, number) => (number === permit ? { ...it, ...changes } : it)) }
        : one,
    ),
  }))

export function polygonOf(scene: Scene, at: number, chosen: Chosen): Polygon | null {
  if (chosen.what === 'mask') return scene.privacy_masks[chosen.mask] ?? null
  const zone = scene.presets[at]?.zones[chosen.zone]
  if (chosen.what === 'zone') return zone?.polygon ?? null
  return zone?.permits[chosen.permit]?.polygon ?? null
}

export function withPolygon(scene: Scene, at: number, chosen: Chosen, polygon: Polygon): Scene {
  if (chosen.what === 'zone') return changedZone(scene, at, chosen.zone, { polygon })
  if (chosen.what === 'permit') return changedPermit(scene, at, chosen.zone, chosen.permit, { polygon })
  return { ...scene, privacy_masks: scene.privacy_masks.map((one, index) => (index === chosen.mask ? polygon : one)) }
}

export function removed(scene: Scene, at: number, chosen: Chosen): Scene {
  if (chosen.what === 'mask')
    return { ...scene, privacy_masks: scene.privacy_masks.filter((_, index) => index !== chosen.mask) }
  return changedPreset(scene, at, (preset) => ({
    ...preset,
    zones:
      chosen.what === 'zone'
        ? preset.zones.filter((_, index) => index !== chosen.zone)
        : preset.zones.map((one, index) =>
            index === chosen.zone
              ? { ...one, permits: one.permits.filter((_, number) => number !== chosen.permit) }
              : one,
          ),
  }))
}

/** Zones of elsewhere beside those that are there, each with an id of its own; they observe first. */
export const withCopies = (scene: Scene, at: number, zones: readonly Zone[]): Scene =>
  zones.reduce((grown, zone) => {
    const taken = grown.presets[at]?.zones.map((one) => one.id) ?? []
    const id = taken.includes(zone.id) ? freeId(zone.id, taken) : zone.id
    return withZone(grown, at, { ...zone, id, permits: [], sent_back: null, ...firstWeek() })
  }, scene)

export const isSame = (a: Scene, b: Scene): boolean => JSON.stringify(a) === JSON.stringify(b)
