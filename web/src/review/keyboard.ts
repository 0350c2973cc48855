/** What a key means while an event is open. Pure: where the officer is, and a key, give a command. */

/** browse: looks at an opening. reject: the reasons are open. approve, ask: that form is open. */
export type Mode = 'browse' | 'reject' | 'approve' | 'ask'

export type Command =
  | { do: 'next' | 'previous' | 'nextView' | 'previousView' | 'marks' | 'subject' | 'fit' | 'help' }
  | { do: 'startReject' | 'startApprove' | 'moreEvidence' | 'undo' | 'cancel' | 'miss' | 'play' | 'takeSuggestion' }
  | { do: 'view'; number: number }
  | { do: 'reject'; reason: number }

const BROWSE: Readonly<Record<string, Command>> = {
  j: { do: 'next' },
  arrowdown: { do: 'next' },
  k: { do: 'previous' },
  arrowup: { do: 'previous' },
  ' ': { do: 'nextView' },
  arrowright: { do: 'nextView' },
  arrowleft: { do: 'previousView' },
  m: { do: 'marks' },
  f: { do: 'fit' },
  t: { do: 'subject' },
  p: { do: 'play' },
  a: { do: 'startApprove' },
  r: { do: 'startReject' },
  b: { do: 'moreEvidence' },
  s: { do: 'takeSuggestion' },
  x: { do: 'miss' },
  z: { do: 'undo' },
  '?': { do: 'help' },
}

export interface Stroke {
  key: string
  ctrlKey?: boolean
  metaKey?: boolean
  altKey?: boolean
  repeat?: boolean
  /** Whether the key goes into a field that takes text. */
  typing?: boolean
}

/** A key that is held down repeats: it may move on, but must never decide twice. */
const MAY_REPEAT = new Set(['j', 'k', 'arrowdown', 'arrowup'])

/** The command of a key, or null when it is none of ours. */
export function commandOf(mode: Mode, stroke: Stroke): Command | null {
  const key = stroke.key.toLowerCase()
  if (stroke.ctrlKey || stroke.metaKey || stroke.altKey) return null
  if (key === 'escape') return { do: 'cancel' }
  if (stroke.typing || (stroke.repeat && !MAY_REPEAT.has(key))) return null
  const digit = /^[1-9]$/.test(key) ? Number(key) : null
  return { browse: browsing, reject: rejecting, approve: () => null, ask: () => null }[mode](key, digit)
}

const browsing = (key: string, digit: number | null): Command | null =>
  digit ? { do: 'view', number: digit } : (BROWSE[key] ?? null)

function rejecting(key: string, digit: number | null): Command | null {
  if (digit) return { do: 'reject', reason: digit }
  return key === 'r' ? { do: 'cancel' } : null
}
