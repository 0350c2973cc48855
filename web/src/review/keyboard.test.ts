import { describe, expect, it } from 'vitest'

import { commandOf } from './keyboard'

describe('browsing', () => {
  it.each([
    ['j', 'next'],
    ['ArrowDown', 'next'],
    ['k', 'previous'],
    ['a', 'startApprove'],
    ['r', 'startReject'],
    ['b', 'moreEvidence'],
    ['z', 'undo'],
    [' ', 'nextView'],
    ['m', 'marks'],
    ['x', 'miss'],
    ['?', 'help'],
  ])('%s is %s', (key, command) => expect(commandOf('browse', { key })).toEqual({ do: command }))

  it('takes capitals, as with caps lock on', () =>
    expect(commandOf('browse', { key: 'R' })).toEqual({ do: 'startReject' }))
  it('shows a picture by its number', () =>
    expect(commandOf('browse', { key: '3' })).toEqual({ do: 'view', number: 3 }))
  it('leaves the browser its own keys', () => expect(commandOf('browse', { key: 'r', ctrlKey: true })).toBeNull())
  it('does not decide while somebody types', () => expect(commandOf('browse', { key: 'a', typing: true })).toBeNull())
  it('goes on through the queue while J is held', () =>
    expect(commandOf('browse', { key: 'j', repeat: true })).toEqual({ do: 'next' }))
  it('asks for more evidence once, however long B is held', () =>
    expect(commandOf('browse', { key: 'b', repeat: true })).toBeNull())
})

describe('rejecting', () => {
  it('takes the reason by its number', () =>
    expect(commandOf('reject', { key: '4' })).toEqual({ do: 'reject', reason: 4 }))
  it('does not take a reason from a key that is held down', () =>
    expect(commandOf('reject', { key: '4', repeat: true })).toBeNull())
  it('goes back with Escape, also out of the note', () =>
    expect(commandOf('reject', { key: 'Escape', typing: true })).toEqual({ do: 'cancel' }))
  it('keeps digits that belong to the note', () => expect(commandOf('reject', { key: '4', typing: true })).toBeNull())
  it('does not move on to another event under the open reasons', () =>
    expect(commandOf('reject', { key: 'j' })).toBeNull())
})

describe('approving', () => {
  it('leaves every key to the form', () => expect(commandOf('approve', { key: 'r' })).toBeNull())
  it('but Escape', () => expect(commandOf('approve', { key: 'Escape', typing: true })).toEqual({ do: 'cancel' }))
})
