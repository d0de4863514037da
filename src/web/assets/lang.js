// The page's words. English texts are their own keys; tests/web check that each has its Chinese.

import {zhExamples} from './lang_examples.js';
import {zhLists} from './lang_lists.js';

const zh = {
  ...zhLists, ...zhExamples,
  'Main menu': '主菜单', 'Calls': '通话', 'Users': '用户', 'Keys': '快捷键', 'Light': '浅色', 'Dark': '深色', 'Log in': '登录',
  'Log out': '退出', 'Name': '用户名', 'Password': '密码', 'Close': '关闭',
  'Call recordings, measured and reviewed': '通话录音测评与质检',
  'There is nothing here.': '此页不存在。', 'The session has ended; log in again.': '登录已过期，请重新登录。',
  'Name or password is wrong.': '用户名或密码不正确。',
  'Too many failed logins. Wait a few minutes, then try again.': '登录失败次数过多，请过几分钟再试。',
  'The server does not answer.': '服务器没有响应。', 'The password is changed.': '密码已修改。', 'Password now': '当前密码',
  'New password (at least 10 characters)': '新密码（至少 10 个字符）', 'Change the password': '修改密码',
  'admin': '管理员', 'lead': '组长', 'reviewer': '质检员', 'trainer': '培训师', 'agent': '客服', 'New user': '新增用户',
  'Name to log in with': '登录名', 'Shown as': '显示名', 'Role': '角色', 'Agent id (role agent)': '工号（客服角色）',
  'Add': '添加', 'Agent': '客服', 'Customer': '客户', 'Since': '创建时间', 'New password': '重置密码', 'Enable': '启用',
  'Disable': '停用',
  // calls
  'Started': '开始时间', 'Queue': '队列', 'Length': '时长', 'Flags': '标记', 'Recording': '录音',
  'cannot be judged': '无法评判', 'share of the form that the score rests on': '得分所依据的表单比例',
  'Search, e.g.': '条件，如', 'Condition': '条件', 'from': '从', 'to': '至', 'Flag': '标记', 'any flag': '任意标记',
  'Severity': '级别', 'all calls': '全部通话', 'flagged': '有标记', 'warnings': '警告', 'critical': '严重', 'Clear': '清除',
  'No call fits.': '没有符合条件的通话。', 'There are more; narrow the filter.': '结果过多，请缩小范围。',
  '{n} calls': '共 {n} 通',
  // a call
  'Record': '业务记录', 'Matter': '事项', 'Reason of the contact': '来电原因', 'Ticket': '工单', 'Order': '订单', 'Priority': '优先级',
  'Responded': '首次响应', 'Progress': '进展反馈', 'Promise': '承诺', 'Promised by': '承诺期限', 'Resolution': '处理结果',
  'Resolved': '解决时间', 'Waited (s)': '等待（秒）', 'Work after the call (s)': '话后处理（秒）', 'Rating (of 5)': '满意度（满分 5）',
  'Recommends (of 10)': '推荐度（满分 10）', 'urgent': '紧急', 'routine': '一般', 'simple': '简单', 'complex': '复杂',
  'Waveform: the agent above, the customer below': '波形：上为客服，下为客户',
  'Who speaks when, and events': '双方说话时段与事件', 'Listening': '播放', 'Play': '播放', 'Pause': '暂停', 'Space': '空格',
  'Previous event': '上一事件', 'Next event': '下一事件', 'Speed': '速度', 'Who is heard': '播放声道', 'Both': '双方',
  'Skip silence': '跳过静音', 'Loop': '循环', 'Zoom': '缩放', 'Zoom out': '缩小', 'Zoom in': '放大', 'Fit': '全长',
  'The recording cannot be played: is the file still there?': '录音无法播放：文件还在原处吗？',
  'Drag over the waveform to select what is to be looped.': '请在波形上拖动，选出要循环的片段。',
  'Events': '事件', 'All events are hidden.': '所有事件均已隐藏。', 'Nothing stood out.': '没有值得注意的事件。',
  'took_floor': '抢到话轮', 'failed': '未抢到', 'early': '客户刚开口', '{s} s at once': '同时说话 {s} 秒',
  'other began again, cost {s} s': '对方重说，耗时 {s} 秒',
  'ringback': '回铃音', 'busy': '忙音', 'dial': '拨号音', 'dtmf': '按键音', 'beep': '提示音', 'sit': '信息音', 'fax': '传真音',
  'other': '其他',
  'Measures': '测量值', 'Previous call': '上一通', 'Next call': '下一通', 'The file breaks off before its end.': '文件不完整。',
  'Agent and customer may be exchanged: tones or music lie on the customer\'s side.':
    '双方声道可能相反：信号音或音乐出现在客户一侧。',
  'Both parties are on one channel: who speaks was told by their voices.': '双方在同一声道，按嗓音区分。',
  'usually {r}, median {m}': '通常为 {r}，中位数 {m}', 'less than usual': '低于常值', 'more than usual': '高于常值',
  'too few calls': '通话太少', 'usual of the agent': '该客服常值', 'usual of the team': '团队常值', 'Whose measures': '哪一方的测量值',
  'Exchange agent and customer': '对调客服与客户', 'Exchange and score': '对调并重新评分', 'Leave it': '保持不变',
  'Everything that was found of the agent becomes the customer\'s, and the call is scored anew. Drafts follow; submitted reviews stay as they are.':
    '客服与客户的全部测评结果互换，并重新评分。草稿随之更新，已提交的评分不变。',
  'Exchanged: {a} → {b}': '已对调：{a} → {b}', '{p} answers after {s} s': '{p}在 {s} 秒后应答', 'so far': '目前',
  // form
  'Form': '表单', 'open': '待评', 'proposed': '建议', 'not applicable': '不适用', 'limit': '限值', '{n} points': '{n} 分',
  'This call has no form.': '此通话没有表单。', 'rests on {p} of the form': '依据表单的 {p}',
  'Enter takes {n}': '回车采用 {n}', 'saving …': '正在保存…', 'saved': '已保存', 'not saved': '未保存', 'not saved yet, trying again …': '尚未保存，正在重试…', 'Submitted: {n}': '已提交：{n} 分', 'Some items have no score': '还有项目未评分',
  'Score them': '继续评分', 'They do not apply: submit': '这些项目不适用，提交', 'Score': '得分', 'n/a': '不适用',
  'Reason': '理由', 'Why not the measured score? Enter saves': '为何不采用测量得分？按回车保存',
  'Remark for the agent (r)': '给客服的评语（r）', 'Remark': '评语', 'the selection, or the event that was played last': '选区或刚播放的事件',
  'Drag over the waveform to select what is to be kept.': '请在波形上拖动，选出要保留的片段。',
  'Keep the selection as a clip': '将选区存为片段', 'measured': '系统测评', 'elsewhere': '另行评定', 'Reviews:': '评分：', 'somebody': '某人',
  'Disputed by': '申诉人', 'Decided by': '裁定人', 'Remark on the whole call': '整通评语', '{n} open': '还有 {n} 项未评',
  'all scored': '已全部评分', 'Submit and next': '提交并打开下一通', 'Dispute': '申诉',
  'Say what is wrong with it; a third person decides.': '请说明有何不妥；由第三人裁定。', 'Decide': '裁定',
  '{n} items get the scores chosen here.': '{n} 个项目改为此处所选的分数。',
  'The scores are upheld. (Choose others in the form to change them.)': '维持原评分。（如需更改，请先在表单中选择新分数。）',
  'The form in this version is not installed.': '未安装此版本的表单。',
  'draft': '草稿', 'submitted': '已提交', 'disputed': '申诉中', 'resolved': '已裁定',
  'Reviews': '评分', 'Mine': '我的', 'Drafts': '草稿', 'Submitted': '已提交', 'Disputed': '申诉中', 'Decided': '已裁定', 'All': '全部',
  'Call': '通话', 'Reviewer': '质检员', 'State': '状态', 'No reviews here.': '暂无评分。',
  // keys
  'Scoring': '评分', 'next, previous item': '下一项、上一项', 'score': '打分', 'half a point up, down': '加、减半分', 'take the proposed score, go on': '采用建议分，继续',
  'take the score back': '撤销打分', 'remark': '评语', 'submit and next call': '提交并打开下一通',
  'search': '搜索', 'next, previous call': '下一通、上一通', 'open the call': '打开通话', 'light or dark': '浅色或深色',
  'play, pause': '播放、暂停', '2 s back, on': '后退、前进 2 秒', '10 s back, on': '后退、前进 10 秒',
  'next, previous event': '下一、上一事件', 'slower, faster': '减速、加速',
  'agent alone, customer alone, both': '只听客服、只听客户、双方', 'mute the agent, the customer': '静音客服、静音客户',
  'measures and what is usual': '测量值与常值', 'exchange agent and customer': '对调客服与客户', 'skip silence': '跳过静音',
  'loop the selection or event': '循环选区或事件', 'zoom in, out, fit': '放大、缩小、全长', 'back to the calls': '返回列表',
};

const events = {
  interruption: ['Interruption', '打断'], backchannel: ['Backchannel', '应和'],
  terminal_overlap: ['Early start', '尾部重叠'], simultaneous_start: ['Started at once', '同时开口'],
  overlap: ['Overlap', '重叠'], dead_air: ['Dead air', '冷场'], hold: ['Hold', '保持等待'], tone: ['Tone', '信号音'],
  long_response: ['Late answer', '应答迟缓'], monologue: ['Monologue', '长篇独白'],
  raised_voice: ['Raised voice', '提高嗓门'], clipping: ['Clipping', '削波'], dropout: ['Dropout', '断音'],
  music: ['Music', '音乐'], announcement: ['Announcement', '语音播报'], fault: ['Line fault', '线路故障'],
};

const flags = {
  talk_over_high: ['Much talk-over', '同时说话过多'], interruptions_high: ['Often cuts in', '频繁打断'],
  early_cut_ins: ['Cuts in early', '过早抢话'], restarts: ['Customer restarts', '客户重说'],
  customer_cuts_in: ['Customer cuts in', '客户打断'], slow_response: ['Slow answers', '应答迟缓'],
  long_responses: ['Late answers', '多次迟答'], dead_air: ['Dead air', '冷场'], long_silence: ['Long silence', '沉默过长'],
  long_hold: ['Long hold', '等待过长'], many_holds: ['Many holds', '多次等待'], monologue: ['Monologue', '长篇独白'],
  greeting_late: ['Late greeting', '问候过迟'], agent_raised_voice: ['Agent raises voice', '客服提高嗓门'],
  customer_raised_voice: ['Customer raises voice', '客户提高嗓门'], long_tail: ['Line left open', '未及时挂断'],
  clipped_agent: ['Agent clipped', '客服削波'], clipped_customer: ['Customer clipped', '客户削波'],
  noisy_agent: ['Agent noisy', '客服侧噪声'], noisy_customer: ['Customer noisy', '客户侧噪声'],
  quiet_agent: ['Agent too quiet', '客服音量低'], one_sided: ['One-sided', '一方少言'],
  low_coverage: ['Little measured', '可测内容少'],
};

const measures = {
  duration_s: ['Length, s', '时长（秒）'], talk_over_s: ['Talk-over, s', '同时说话（秒）'],
  talk_over_ratio: ['Talk-over, share of talk', '同时说话占比'], mutual_silence_s: ['Mutual silence, s', '双方静默（秒）'],
  dead_air_s: ['Dead air, s', '冷场（秒）'], dead_air_count: ['Dead air, times', '冷场次数'], hold_s: ['Hold, s', '等待（秒）'],
  hold_count: ['Holds', '等待次数'], longest_hold_s: ['Longest hold, s', '最长等待（秒）'],
  switches_per_min: ['Changes of speaker per minute', '每分钟话轮交替'], fto_median_s: ['Gap between turns, median, s', '话轮间隔中位数（秒）'],
  tail_silence_s: ['Silence at the end, s', '尾部静默（秒）'], handling_s: ['Handling time, s', '处理时长（秒）'],
  answer_s: ['Answered at, s', '接通时刻（秒）'], longest_dead_air_s: ['Longest dead air, s', '最长冷场（秒）'],
  speech_s: ['Speech, s', '说话时长（秒）'], talk_ratio: ['Share of speech', '说话占比'], turns: ['Turns', '话轮数'],
  longest_turn_s: ['Longest turn, s', '最长话轮（秒）'], interruptions: ['Interruptions', '打断次数'],
  interruptions_per_min: ['Interruptions per minute', '每分钟打断'], interruption_cost_s: ['Cost of interruptions, s', '打断耗时（秒）'],
  early_cut_ins: ['Early cut-ins', '过早抢话'], restarts: ['Restarts of the other', '对方重说'], backchannels: ['Backchannels', '应和次数'],
  responses: ['Responses', '应答次数'], response_latency_median_s: ['Response time, median, s', '应答时间中位数（秒）'],
  response_latency_mean_s: ['Response time, mean, s', '应答时间均值（秒）'],
  response_latency_p90_s: ['Response time, 90th percentile, s', '应答时间 90 分位（秒）'],
  response_latency_max_s: ['Response time, longest, s', '最长应答时间（秒）'],
  greeting_latency_s: ['Time to the greeting, s', '问候等待（秒）'], speech_rate_sps: ['Speech rate, syllables/s', '语速（音节/秒）'],
  articulation_rate_sps: ['Articulation rate, syllables/s', '发音速率（音节/秒）'], pitch_median_hz: ['Pitch, median, Hz', '音高中位数（Hz）'],
  pitch_sd_st: ['Pitch variation, semitones', '音高变化（半音）'], level_asl_dbov: ['Speech level, dBov', '语音电平（dBov）'],
  level_sd_db: ['Level variation, dB', '电平变化（dB）'], snr_db: ['Speech over noise, dB', '信噪比（dB）'],
  clipping_ratio: ['Clipping, share', '削波占比'], crosstalk_db: ['Crosstalk, dB', '串音（dB）'],
  raised_voice_s: ['Raised voice, s', '提高嗓门（秒）'], backchannels_per_min: ['Backchannels per minute', '每分钟应和'],
  long_responses: ['Late answers', '迟答次数'], monologues: ['Monologues', '独白次数'],
  level_trend_db: ['Level, end against start, dB', '电平走势（dB）'], pitch_trend_st: ['Pitch, end against start, semitones', '音高走势（半音）'],
};

let current = localStorage.getItem('lang') ?? (navigator.language.startsWith('zh') ? 'zh-CN' : 'en');
const second = () => current === 'en' ? 0 : 1;

export const locale = () => current;
export function setLocale(lang) {
  current = lang;
  localStorage.setItem('lang', lang);
}
export const t = (text) => current === 'en' ? english(text) : zh[text] ?? text;
export const eventName = (type) => events[type]?.[second()] ?? type;
export const flagName = (id) => flags[id]?.[second()] ?? id.replaceAll('_', ' ');

export function partyName(party) {
  return party === 'agent' ? t('Agent') : party === 'customer' ? t('Customer') : '';
}

// "agent.interruptions_per_min": of whom, and what.
export function measureName(name) {
  const dot = name.indexOf('.');
  const own = measures[name.slice(dot + 1)]?.[second()] ?? name;
  return dot < 0 ? own : `${partyName(name.slice(0, dot))}${current === 'en' ? ': ' : '：'}${own}`;
}

// Words of the JSON that English readers should not see raw.
function english(text) {
  return {took_floor: 'took the floor', dtmf: 'key', sit: 'information tone'}[text] ?? text.replace(/^(status|job): /, '');
}

export const words = {zh, events, flags, measures};
