/** The picture that zones are drawn on. */
import { onScopeDispose, ref } from 'vue'

import { pictureOfView, snapshotOfCamera } from '@/api/cameras'
import { explain } from '@/ui/explain'

export function usePicture(cameraId: string) {
  const picture = ref<string | null>(null)
  const noPicture = ref('')
  const looking = ref(false)
  let run = 0

  /** The picture of now, or that by which a preset is known: zones belong to one position. */
  async function look(view?: string | null): Promise<void> {
    const mine = ++run
    looking.value = true
    noPicture.value = ''
    try {
      const fresh = await (view ? pictureOfView(cameraId, view) : snapshotOfCamera(cameraId))
      if (mine !== run) URL.revokeObjectURL(fresh)
      else {
        drop()
        picture.value = fresh
      }
    } catch (cause) {
      if (mine === run) noPicture.value = explain(cause)
    } finally {
      if (mine === run) looking.value = false
    }
  }

  function drop(): void {
    if (picture.value) URL.revokeObjectURL(picture.value)
  }

  onScopeDispose(() => {
    run++
    drop()
  })

  return { picture, noPicture, looking, look }
}
