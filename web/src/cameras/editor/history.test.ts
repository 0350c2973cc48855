import { describe, expect, it } from 'vitest'

import { useHistory } from './history'

describe('undo', () => {
  it('goes back and forth, and a new change ends the way forth', () => {
    const history = useHistory(0)
    history.put(1)
    history.put(2)
    history.undo()
    expect(history.now.value).toBe(1)
    history.redo()
    expect(history.now.value).toBe(2)
    history.undo()
    history.put(3)
    expect(history.canRedo.value).toBe(false)
    history.undo()
    expect(history.now.value).toBe(1)
  })

  it('takes a drag back in one step', () => {
    const history = useHistory(0)
    for (const value of [1, 2, 3]) history.put(value, 'point 1')
    history.close()
    history.put(4, 'point 1')
    history.undo()
    expect(history.now.value).toBe(3)
    history.undo()
    expect(history.now.value).toBe(0)
    history.undo()
    expect(history.now.value).toBe(0)
  })
})
