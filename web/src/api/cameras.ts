import { api, body } from './client'
import type { components } from './schema'

export type CameraSummary = components['schemas']['CameraSummary']
export type CameraDetail = components['schemas']['CameraDetail']
export type Stream = components['schemas']['StreamPublic']

export const readCameras = () => body(api.GET('/api/v1/cameras'))
export const readCamera = (camera_id: string) => body(api.GET('/api/v1/cameras/{camera_id}', { params: { path: { camera_id } } }))
