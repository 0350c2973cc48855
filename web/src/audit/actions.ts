/** What the audit notes, in words: the name of each action in Chinese and English. */
import { nameOf } from '@/ui/names'

export const ACTIONS: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  'session.begin': ['登录', 'signed in'],
  'session.end': ['退出登录', 'signed out'],
  'session.refused': ['登录被拒绝', 'sign-in refused'],
  'session.locked': ['登录被锁定', 'sign-in locked'],
  'audit.begin': ['审计链尾重新签名', 'new signed end of the audit begun'],
  'session.password': ['更换密码', 'changed the password'],
  'events.search': ['查询事件', 'searched events'],
  'evidence.view': ['查看证据', 'looked at evidence'],
  'evidence.originals': ['查看原始画面', 'looked at originals'],
  'evidence.export': ['下载证据包', 'downloaded a package'],
  'event.decide': ['作出审核决定', 'decided on an event'],
  'event.undo': ['撤销审核决定', 'undid a decision'],
  'event.attach': ['附上现场照片', 'attached a photo'],
  'miss.mark': ['标记漏报', 'marked a miss'],
  'live.view': ['查看实时画面', 'looked at live pictures'],
  'camera.create': ['添加摄像机', 'added a camera'],
  'camera.change': ['修改摄像机或区域', 'changed a camera or its zones'],
  'camera.remove': ['移除摄像机', 'removed a camera'],
  'camera.send_back': ['区域自动退回观察期', 'sent a zone back to observing'],
  'camera.probe': ['试连视频地址', 'tried a video address'],
  'camera.snapshot': ['取摄像机画面', 'took a picture of a camera'],
  'camera.view': ['保存预置位画面', 'kept a picture of a preset'],
  'camera.view.look': ['查看预置位画面', 'looked at a picture of a preset'],
  'camera.import': ['批量导入摄像机', 'imported cameras'],
  'camera.export': ['导出摄像机', 'exported cameras'],
  'camera.legal': ['录入合法性记录', 'entered a legal record'],
  'camera.legal_document': ['上传合法性文件', 'added a legal document'],
  'camera.legal_document.view': ['查看合法性文件', 'looked at a legal document'],
  'relaxation.ask': ['提出放宽变更', 'asked for a relaxation'],
  'relaxation.confirm': ['同意放宽变更', 'confirmed a relaxation'],
  'relaxation.reject': ['不同意放宽变更', 'turned a relaxation down'],
  'relaxation.withdraw': ['撤回放宽变更', 'withdrew a relaxation'],
  'statistics.export': ['导出统计', 'exported statistics'],
  'supervision.view': ['查看督察数据', 'looked at supervision'],
  'supervision.export': ['导出督察数据', 'exported supervision'],
  'decisions.export': ['导出审核结论', 'exported decisions'],
  'model.promote': ['启用模型', 'put a model in use'],
  'model.rollback': ['回退模型', 'rolled a model back'],
  'model.shadow': ['影子运行模型', 'ran a model in shadow'],
  'user.create': ['新建账号', 'created an account'],
  'user.change': ['修改账号或授权', 'changed an account or its grant'],
  'user.reset_password': ['重置密码', 'reset a password'],
  'user.unlock': ['解除锁定', 'unlocked an account'],
  'node.create': ['添加组织', 'added a node'],
  'node.remove': ['移除组织', 'removed a node'],
  'token.create': ['新建访问令牌', 'made an access token'],
  'token.revoke': ['撤销访问令牌', 'revoked an access token'],
  'audit.view': ['查看审计', 'read the audit'],
}

/** The name of an action, as a heading begins; of one without a name its code. */
export function actionName(code: string, language: string): string {
  const [zh, en] = ACTIONS[code] ?? [code, code]
  return nameOf({ name_zh: zh, name_en: en }, language)
}
