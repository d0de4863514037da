// Words of the trainers' library, for lang.js.
export const zhExamples = {
  'Examples': '示例', 'Example': '示例', 'Save as an example': '存为示例', 'Title': '标题', 'What is to be heard in it': '听点',
  'Item of the form': '表单项目', 'Item': '项目', 'how it should be done': '应当这样做', 'how it should not': '不应这样做',
  'keep the call beyond its retention': '保留期满后仍保留此通话', 'Save': '保存', 'Example {n} is in the library': '示例 {n} 已存入示例库',
  'As it will be heard': '导出效果', 'Save the file': '保存文件', 'Export the selection': '导出选区', 'Export': '导出', 'Mute': '静音', 'Selection': '选区',
  'make the customer\'s voice another': '改变客户嗓音', 'Mute, in seconds of the call': '静音区间（通话秒数）', 'Playlists': '播放列表',
  'good': '正面', 'bad': '反面', 'good and bad': '正面与反面', 'every item': '所有项目', 'customer disguised': '客户变声', 'Add to a playlist': '加入播放列表',
  'Playlist, known or new': '播放列表（已有或新建）', 'To a playlist': '加入列表', 'Remove the example': '删除示例', 'Remove': '删除', 'earlier': '前移', 'later': '后移',
  'Take out of the playlist': '移出播放列表', 'No examples here. Select a moment of a call and press e.': '暂无示例。请在通话中选出片段并按 e。',
  'Write intervals such as 66-68.5 or 1:10-1:12.': '请写成 66-68.5 或 1:10-1:12 的形式。', 'all examples': '全部示例', 'Play through': '连续播放', 'Delete': '删除列表',
  'Drag over the waveform to select what is to be muted.': '请在波形上拖动，选出要静音的片段。', 'It is heard again.': '已恢复声音。', 'Muted, here and in exports.': '已静音，导出时同样静音。',
  'save the selection as an example': '将选区存为示例', 'export the selection': '导出选区', 'mute the selection, or hear it again': '静音选区或恢复',
  'disguise the customer': '客户变声', 'to a playlist': '加入播放列表', 'later, earlier in the playlist': '在列表中后移、前移', 'take out': '移出',
};
