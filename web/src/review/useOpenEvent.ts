/** The opening that is open: read, claimed while it is looked at, decided. It is pinned: it stays the one that was
 * opened, and its pictures stay, whatever happens to it or to others of its event. */
import { computed, onScopeDispose, ref, shallowRef } from 'vue'

import { ApiError } from '@/api/client'
import * as server from '@/api/review'
import { may } from '@/session/session'

import type { Approval } from './decide/approval'
import { useEvidence, type Purpose } from './evidence'
import { useLooks } from './looks'
import {
  hasPackage,
  isSealed,
  openedOne,
  type AskedEvidence,
  type Decision,
  type EvidenceRequest,
  type OpenEvent,
  type ReviewState,
  type Verdict,
} from './model'
import { tables } from './tables'

export function useOpenEvent() {
  const event = shallowRef<OpenEvent | null>(null)
  const error = shallowRef<unknown>(null)
  const fault = shallowRef<ApiError | null>(null)
  const busy = ref(false)
  const claimed = ref(false)
  const claiming = ref(false)
  const purpose = ref('')
  /** Packages that were sealed since, and are not shown yet. */
  const fresh = ref(0)
  const evidence = useEvidence()
  const looks = useLooks()
  let run = 0
  /** The run whose event is shown; while they differ another is on its way. */
  let shown = 0
  let attempt = ''

  /** Opens an event and claims it; whoever reads only, does not claim. */
  async function open(eventId: string, opening: number | null = null): Promise<void> {
    const mine = ++run
    letGo()
    error.value = fault.value = null
    try {
      const found = await server.readEvent(eventId, opening)
      if (mine !== run) return
      event.value = found
      fresh.value = 0
      shown = mine
      looks.restart()
      attempt = crypto.randomUUID?.() ?? `${eventId}-${Date.now()}-${Math.random()}`
      lookUp(found)
      await claimFor(found, mine)
    } catch (cause) {
      if (mine === run) error.value = cause
    }
  }

  function lookUp(found: OpenEvent): void {
    if (may('evidence.view')) void evidence.open(packagesOf(found), received())
  }

  async function claimFor(found: OpenEvent, mine: number): Promise<void> {
    if (!may('events.decide') || !['open', 'more_evidence', 'second_look'].includes(found.review.state ?? '')) return
    claiming.value = true
    try {
      await server.claim(found)
      // The event may have been read again meanwhile; it is still this one.
      if (mine === run) claimed.value = true
      else void server.release(found).catch(() => undefined)
    } catch (cause) {
      if (!(cause instanceof ApiError) || cause.status !== 409) throw cause
      await refresh()
    } finally {
      claiming.value = false
    }
  }

  /** Reads the open event again: it changed under somebody else's hand. Null where another is on its way. */
  async function refresh(): Promise<OpenEvent | null> {
    if (!event.value || shown !== run) return null
    const mine = run
    const found = await server.readEvent(event.value.event_id, event.value.opening)
    if (mine !== run) return found
    const [had, has] = [packagesOf(event.value), packagesOf(found)]
    event.value = found
    if (!claiming.value) claimed.value = found.review.claim?.mine ?? false
    // Pictures that are looked at do not change by themselves: what was added is told, and shown when it is asked for.
    if (!had.length && has.length) lookUp(found)
    else fresh.value += Math.max(0, has.length - had.length)
    return found
  }

  /** Shows what was sealed since the opening was opened. */
  function lookAgain(): void {
    fresh.value = 0
    if (event.value) lookUp(event.value)
  }

  /** Why this user looks at files as received, as the server wants it. */
  function received(): Purpose {
    if (!may('evidence.originals')) return null
    return may('events.decide') ? '' : purpose.value || null
  }

  /** Shows the files as received, too, for a purpose; it holds for the events that are opened after this one. */
  function lookAtOriginals(why: string): void {
    purpose.value = why
    if (event.value) lookUp(event.value)
  }

  /** Gives the claim back; if that does not get through, it runs out by itself. */
  function letGo(): void {
    const held = claimed.value ? event.value : null
    claimed.value = false
    if (held) void server.release(held).catch(() => undefined)
  }

  function close(): void {
    run++
    letGo()
    evidence.close()
    event.value = null
  }

  /** Sends something about the open one; null when the server refused it, and `fault` says why. */
  async function send<T>(act: (found: OpenEvent) => Promise<T>): Promise<T | null> {
    const found = event.value
    if (!found || busy.value) return null
    busy.value = true
    fault.value = null
    try {
      const answer = await act(found)
      claimed.value = false
      return answer
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause
      fault.value = cause
      if (cause.status === 409 || cause.status === 412) await refresh()
      return null
    } finally {
      busy.value = false
    }
  }

  const decide = (verdict: Verdict, said: Said = {}): Promise<Decision | null> =>
    send(async (found) => (await server.decide({ event: found, verdict, ...said, looks, key: attempt })).decision)
  const ask = (asked: AskedEvidence): Promise<EvidenceRequest | null> =>
    send((found) => server.ask(found, asked, attempt))

  // A claim runs out when it is not renewed; half its time leaves room for one failure.
  const renewing = window.setInterval(
    () => {
      if (claimed.value && event.value) void server.claim(event.value).catch(() => refresh())
    },
    Math.max(30, tables.value.lease_s / 2 || 120) * 1000,
  )
  // What stands is written down when it leaves; until then only the camera tells that it does.
  const looking = window.setInterval(() => {
    if (event.value?.state === 'violation') void refresh().catch(() => undefined)
  }, LOOK_EVERY_MS)
  onScopeDispose(() => {
    window.clearInterval(renewing)
    window.clearInterval(looking)
    close()
  })

  /** Assistants claim nothing: what they suggest decides nothing. */
  const canSuggest = computed(() => may('events.prescreen') && !may('events.decide') && isUndecided())
  const isUndecided = (): boolean => UNDECIDED.has(event.value?.review.state ?? null)
  const canAsk = computed(() => (claimed.value || canSuggest.value) && !busy.value)
  const canDecide = computed(() => canAsk.value && event.value !== null && isSealed(event.value))
  const hasSeen = computed(() => looks.missing.value.length === 0)

  return {
    event,
    error,
    fault,
    busy,
    claimed,
    claiming,
    evidence,
    looks,
    open,
    close,
    refresh,
    decide,
    ask,
    fresh,
    lookAgain,
    canAsk,
    lookAtOriginals,
    canSuggest,
    canDecide,
    canApprove: computed(() => canDecide.value && hasSeen.value && (canSuggest.value || may('events.approve'))),
  }
}

interface Said {
  reason?: string
  note?: string
  approval?: Approval
}

export type OpenedEvent = ReturnType<typeof useOpenEvent>

export const LOOK_EVERY_MS = 30_000

const UNDECIDED: ReadonlySet<ReviewState | null> = new Set(['open', 'claimed', 'more_evidence', 'second_look'])

const packagesOf = (event: OpenEvent) => (hasPackage(event) ? (openedOne(event)?.packages ?? []) : [])
