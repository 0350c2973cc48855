/** The scene of one camera while it is edited: what is open, chosen and drawn, and the way back. */
import { computed, ref, shallowRef } from 'vue'

import type { Permit, Polygon, Scene, Zone } from '@/api/cameras'

import { loadTables } from '@/review/tables'
import { useWords } from '@/review/words'

import { useHistory } from './history'
import { faultOf, type Fault } from './polygon'
import {
  changedPermit,
  changedPreset,
  changedZone,
  freeId,
  freeName,
  isFreeName,
  isSame,
  newPermit,
  newZone,
  polygonOf,
  removed,
  withCopies,
  withPolygon,
  withZone,
  type Chosen,
} from './scene'

export type Drawing = 'zone' | 'mask' | 'permit'

// A shape to begin with for those who do not draw with a mouse.
const RECTANGLE: Polygon = [
  [0.35, 0.45],
  [0.65, 0.45],
  [0.65, 0.75],
  [0.35, 0.75],
]

/** To be used while a page is set up: new zones are named in its language. */
export function useEditor(first: Scene, word: string) {
  const words = useWords()
  // Without the tables a new zone is named by its type's key.
  loadTables().catch(() => {})
  const history = useHistory(first)
  const kept = shallowRef(first)
  const scene = history.now
  const at = ref(0)
  const chosen = shallowRef<Chosen | null>(null)
  const drawing = ref<Drawing | null>(null)
  const refused = ref<Fault | null>(null)
  let lastType = 'illegal_parking'

  const preset = computed(() => scene.value.presets[at.value] ?? { id: '', zones: [] })
  const zoneAt = computed(() => (chosen.value && chosen.value.what !== 'mask' ? chosen.value.zone : null))
  const zone = computed<Zone | null>(() => (zoneAt.value === null ? null : (preset.value.zones[zoneAt.value] ?? null)))
  const polygon = computed(() => (chosen.value ? polygonOf(scene.value, at.value, chosen.value) : null))

  function choose(next: Chosen | null): void {
    chosen.value = next
    drawing.value = null
    refused.value = null
    history.close()
  }

  function put(next: Scene, step = ''): void {
    refused.value = null
    history.put(next, step && `${at.value} ${JSON.stringify(chosen.value)} ${step}`)
  }

  function drawn(shape: Polygon): void {
    const what = drawing.value
    if (what === 'zone') addZone(shape)
    else if (what === 'mask') addMask(shape)
    else if (what === 'permit' && chosen.value) put(withPolygon(scene.value, at.value, chosen.value, shape))
    drawing.value = null
  }

  function addZone(shape: Polygon): void {
    const ids = preset.value.zones.map((one) => one.id)
    const names = preset.value.zones.map((one) => one.name ?? '')
    const name = freeName(words.violation(lastType), names)
    put(withZone(scene.value, at.value, { ...newZone(freeId(word, ids), lastType, shape), name }))
    choose({ what: 'zone', zone: ids.length })
  }

  /** A zone that is called as its type still, once it has another. */
  function renamed(violation: string | undefined): Partial<Zone> {
    const now = zone.value
    if (!now || !violation || !isFreeName(now.name ?? '', words.violation(now.violation))) return {}
    const names = preset.value.zones.filter((one) => one !== now).map((one) => one.name ?? '')
    return { name: freeName(words.violation(violation), names) }
  }

  function addMask(shape: Polygon): void {
    const mask = scene.value.privacy_masks.length
    put({ ...scene.value, privacy_masks: [...scene.value.privacy_masks, shape] })
    choose({ what: 'mask', mask })
  }

  return {
    history,
    scene,
    at,
    chosen,
    drawing,
    refused,
    preset,
    zone,
    zoneAt,
    polygon,
    choose,
    drawn,
    isChanged: computed(() => !isSame(kept.value, scene.value)),
    faults: computed(() => faultsOf(scene.value)),
    begin(what: Drawing): void {
      if (what !== 'permit') choose(null)
      refused.value = null
      drawing.value = drawing.value === what ? null : what
    },
    placeRectangle(): void {
      drawn(RECTANGLE)
    },
    reshape(shape: Polygon, step: string): void {
      if (chosen.value) put(withPolygon(scene.value, at.value, chosen.value, shape), step)
    },
    /** A drag has ended: what is no polygon any more goes back to where it was. */
    settle(shape: Polygon): void {
      const fault = faultOf(shape)
      history.close()
      if (!fault) return
      history.undo()
      refused.value = fault
    },
    changeZone(changes: Partial<Zone>, step = ''): void {
      if (zoneAt.value === null) return
      if (changes.violation) lastType = changes.violation
      put(changedZone(scene.value, at.value, zoneAt.value, { ...renamed(changes.violation), ...changes }), step)
    },
    addPermit(): void {
      const index = zone.value?.permits.length
      if (zoneAt.value === null || index === undefined) return
      put(changedZone(scene.value, at.value, zoneAt.value, { permits: [...(zone.value?.permits ?? []), newPermit()] }))
    },
    changePermit(index: number, changes: Partial<Permit>, step = ''): void {
      if (zoneAt.value !== null) put(changedPermit(scene.value, at.value, zoneAt.value, index, changes), step)
    },
    remove(one: Chosen): void {
      put(removed(scene.value, at.value, one))
      choose(one.what === 'permit' ? { what: 'zone', zone: one.zone } : null)
    },
    copy(zones: readonly Zone[]): void {
      put(withCopies(scene.value, at.value, zones))
    },
    /** The picture by which the open preset is known from now on. */
    knowBy(view: string): void {
      put(changedPreset(scene.value, at.value, (one) => ({ ...one, view })))
    },
    addPreset(): void {
      const ids = scene.value.presets.map((one) => one.id)
      put({ ...scene.value, presets: [...scene.value.presets, { id: freeId('', ids), zones: [] }] })
      open(ids.length)
    },
    removePreset(): void {
      put({ ...scene.value, presets: scene.value.presets.filter((_, index) => index !== at.value) })
      open(0)
    },
    open,
    undo(): void {
      history.undo()
      tidy()
    },
    redo(): void {
      history.redo()
      tidy()
    },
    /** What is kept on the server now. */
    keep(now: Scene): void {
      kept.value = now
      history.reset(now)
      tidy()
    },
  }

  function open(index: number): void {
    at.value = index
    choose(null)
  }

  /** After a step back what was open or chosen may not be there. */
  function tidy(): void {
    refused.value = null
    if (at.value >= scene.value.presets.length) open(0)
    if (chosen.value && chosen.value.what !== 'permit' && !polygon.value) choose(null)
  }
}

export type Editor = ReturnType<typeof useEditor>

export interface SceneFault {
  preset: number
  chosen: Chosen
  why: Fault | 'id' | 'permit_no'
}

const ID = /^[A-Za-z0-9_-]{1,40}$/

/** What has to be put right before this can be kept. */
function faultsOf(scene: Scene): SceneFault[] {
  return scene.presets.flatMap((preset, at) =>
    preset.zones.flatMap((zone, number) => {
      const chosen: Chosen = { what: 'zone', zone: number }
      const found: SceneFault[] = []
      const shape = faultOf(zone.polygon)
      if (shape) found.push({ preset: at, chosen, why: shape })
      if (!ID.test(zone.id) || preset.zones.filter((one) => one.id === zone.id).length > 1)
        found.push({ preset: at, chosen, why: 'id' })
      if (zone.permits.some((one) => !one.permit_no.trim())) found.push({ preset: at, chosen, why: 'permit_no' })
      return found
    }),
  )
}
