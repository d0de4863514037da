/* appraise/words.h - private: words of a printed form that no rubric has. A form has its own language, which
 * need not be that of the program's messages: gettext is no use here. */
#ifndef CQ_APPRAISE_WORDS_H
#define CQ_APPRAISE_WORDS_H

#define CQ_APPRAISE_WORDS(X)                                                                                   \
    X(ITEM, "Item", "考核项目")                                                                                \
    X(SCORE, "Score", "得分")                                                                                  \
    X(INTERVAL, "95 % interval", "95% 区间")                                                                   \
    X(CALLS, "Calls", "通话数")                                                                                \
    X(REVIEWED, "Reviewed", "人工评审")                                                                        \
    X(REMARK, "Remarks", "备注")                                                                               \
    X(SUBTOTAL, "Subtotal", "小计")                                                                            \
    X(TOTAL, "Total", "总分")                                                                                  \
    X(COVERAGE, "share of the form that it rests on", "评分覆盖考核表的比例")                                  \
    X(PARTIAL, "PARTIAL: items are still open", "部分评分：仍有项目未评")                                      \
    X(NOT_SCORED, "not scored", "未评")                                                                        \
    X(NOT_APPLICABLE, "n/a", "不适用")                                                                         \
    X(BASIS, "What it rests on", "评分依据")                                                                   \
    X(N_CALLS, "calls scored by this form", "按本表评分的通话")                                                \
    X(N_UNSCORABLE, "recordings that can't be judged", "无法评分的录音")                                       \
    X(N_REVIEWED, "calls reviewed by a person", "经人工评审的通话")                                            \
    X(N_REVIEWS, "reviews counted", "计入的评审份数")                                                          \
    X(N_DISPUTED, "reviews in dispute, not counted", "有异议、未计入的评审")                                   \
    X(N_DRAFTS, "drafts, not counted", "草稿、未计入的评审")                                                   \
    X(MEAN_OF_CALLS, "mean total of the calls", "各通话总分的平均")                                            \
    X(FEW, "few calls: no more than an impression", "通话较少，仅供参考")                                      \
    X(CUTTING_IN, "Cutting in", "打断客户")                                                                    \
    X(EARLY, "early cut-ins", "抢话（客户开口 5 秒内）")                                                       \
    X(RESTARTS, "customer had to begin again", "客户被打断后重新说起")                                         \
    X(COST, "call time it cost, s", "因此耗费的通话时间（秒）")                                                \
    X(TREND, "Trend by week", "每周趋势")                                                                      \
    X(WEEK, "Week from", "周起始日")                                                                           \
    X(BEST, "Best calls", "最佳通话")                                                                          \
    X(WORST, "Worst calls", "最差通话")                                                                        \
    X(CALL, "Call", "通话")                                                                                    \
    X(MOMENTS, "Moments", "关键片段")                                                                          \
    X(FLAGS, "Flags", "预警")                                                                                  \
    X(AGENTS, "Agents", "客服对比")                                                                            \
    X(AGENT, "Agent", "客服")                                                                                  \
    X(STANDING, "Against the others", "与其他客服相比")                                                        \
    X(ABOVE, "above", "高于")                                                                                  \
    X(BELOW, "below", "低于")                                                                                  \
    X(NO_DIFFERENCE, "no difference that the number of calls could show", "差异在误差范围内，不作排名")        \
    X(RECORDS, "Business records", "业务指标")                                                                 \
    X(FCR, "resolved at the first contact", "一次解决率")                                                      \
    X(REPEATS, "repeat contacts charged", "计入的重复联系")                                                    \
    X(LOOP, "tickets closed as promised", "闭环率")                                                            \
    X(CSAT, "satisfaction, 1 to 5", "满意度（1-5）")                                                           \
    X(HANDLING, "mean handling time, s", "平均处理时长（秒）")                                                 \
    X(IN_TARGET, "handling time within the target", "处理时长达标率")                                          \
    X(SIGNATURES, "Signatures", "签字")                                                                        \
    X(SIGN_APPRAISEE, "Appraisee", "被考核人")                                                                 \
    X(SIGN_APPRAISER, "Appraiser", "考核人")                                                                   \
    X(FORM, "Form", "考核表")                                                                                  \
    X(COUNTS, "A call's item counts with the experts' reviews, else the reviewers', else the measured score.", \
      "每通电话的各项得分依次取：专家评审、一般评审、机评。")

#define CQ_X_WORD(id, en, zh) CQ_WORD_##id,
enum cq_word { CQ_APPRAISE_WORDS(CQ_X_WORD) CQ_N_WORDS };
#undef CQ_X_WORD

/* In English, or in Chinese for "zh-CN" and "zh-TW". */
const char *cq_appraise_word(const char *lang, enum cq_word word);

#endif
