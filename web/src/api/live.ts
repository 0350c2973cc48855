/** Changes as they happen, by Server-Sent Events. One stream for the whole app, open while somebody listens. */
import { onScopeDispose, ref } from 'vue'

export type LiveState = 'idle' | 'connecting' | 'live' | 'lost'

/** How the stream is doing; `idle` while nobody listens. */
export const liveState = ref<LiveState>('idle')

type Listener = (data: unknown) => void

const STREAM = '/api/v1/stream'
const listeners = new Map<string, Set<Listener>>()
let source: EventSource | null = null

/** Calls `listener` with the data of each message of that name, until the component that asked is gone. */
export function onLive(name: string, listener: Listener): void {
  const known = listeners.get(name) ?? new Set<Listener>()
  listeners.set(name, known.add(listener))
  if (source) subscribe(source, name)
  else open()
  onScopeDispose(() => {
    known.delete(listener)
    if ([...listeners.values()].every((one) => one.size === 0)) close()
  })
}

function open(): void {
  liveState.value = 'connecting'
  source = new EventSource(STREAM)
  // The browser reconnects by itself, and says where it left off.
  source.onopen = () => {
    liveState.value = 'live'
  }
  source.onerror = () => (liveState.value = source?.readyState === EventSource.CLOSED ? 'lost' : 'connecting')
  for (const name of listeners.keys()) subscribe(source, name)
}

const subscribed = new WeakMap<EventSource, Set<string>>()

function subscribe(stream: EventSource, name: string): void {
  const names = subscribed.get(stream) ?? new Set<string>()
  subscribed.set(stream, names)
  if (names.has(name)) return
  names.add(name)
  stream.addEventListener(name, (message: MessageEvent<string>) => tell(name, JSON.parse(message.data)))
}

function tell(name: string, data: unknown): void {
  for (const listener of listeners.get(name) ?? []) listener(data)
}

function close(): void {
  source?.close()
  source = null
  listeners.clear()
  liveState.value = 'idle'
}
