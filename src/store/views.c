/*
 * Read-only views for reports and BI tools: seconds instead of milliseconds, words instead of codes, names
 * instead of numbers. They are derived, so they are remade whenever this text changes (sync.c).
 *
 * In the texts {kind:column} stands for the word of a code, {s:column} for milliseconds as seconds, {t:column}
 * for a moment as ISO 8601 in UTC.
 */
#include "store/schema.h"

#include <stdio.h>
#include <string.h>

static const char calls_head[] =
    "SELECT c.id AS call_id, lower(hex(c.sha256)) AS sha256,"
    " (SELECT path FROM call_paths p WHERE p.call_id = c.id ORDER BY analysed DESC, path LIMIT 1) AS path,"
    " c.started_at, {t:c.started_s} AS started_utc, date(c.started_s, 'unixepoch') AS day_utc,"
    " {t:c.created_s} AS stored_utc, c.agent, c.customer, c.queue, c.department, c.direction,"
    " c.external_id, {status:c.status} AS status, c.reason, c.diarized,"
    " c.score, c.coverage, c.partial, {severity:c.severity} AS severity, c.n_flags AS flags,"
    " (SELECT group_concat(flag, ' ') FROM flags f WHERE f.scorecard_id = c.scorecard_id) AS flag_list,"
    " r.format, r.decoder, r.size_bytes, r.sample_rate_hz, r.channels, r.truncated, r.fake_stereo,"
    " r.swapped_suspect, a.program_version, a.detector, {t:a.analysed_s} AS analysed_utc,"
    " {s:c.duration_ms} AS duration_s, {party:m.closing_party} AS closing_by";

static const char calls_tail[] = " FROM calls c LEFT JOIN recordings r ON r.call_id = c.id"
                                 " LEFT JOIN analyses a ON a.id = c.analysis_id"
                                 " LEFT JOIN measures m ON m.call_id = c.id";

static const char agent_day[] =
    "SELECT c.agent, date(c.started_s, 'unixepoch') AS day_utc,"
    " count(*) AS calls, sum(c.status = 0) AS scored, sum(c.n_flags > 0) AS flagged,"
    " sum(c.severity IS 2) AS critical, avg(c.score) AS score_mean, sum(c.duration_ms) / 1000.0 AS duration_s,"
    " avg(c.duration_ms) / 1000.0 AS duration_mean_s, avg(m.handling_s) AS handling_mean_s,"
    " sum(m.talk_over_s) AS talk_over_s, sum(m.dead_air_s) AS dead_air_s, sum(m.hold_s) AS hold_s,"
    " sum(m.agent_interruptions) AS interruptions,"
    " sum(m.agent_interruptions) * 60.0 / nullif(sum(m.customer_speech_s), 0) AS interruptions_per_min,"
    " avg(m.agent_response_latency_median_s) AS response_latency_mean_of_medians_s,"
    " sum(m.agent_speech_s) / nullif(sum(m.agent_speech_s + m.customer_speech_s), 0) AS talk_ratio"
    " FROM calls c LEFT JOIN measures m ON m.call_id = c.id WHERE c.agent IS NOT NULL"
    " GROUP BY c.agent, day_utc";

static const char flags[] =
    "SELECT f.call_id, f.started_s, {t:f.started_s} AS started_utc, f.agent, c.queue, f.flag,"
    " {severity:f.severity} AS severity, f.measure, f.value, f.limit_value AS \"limit\", m.rubric, m.version,"
    " f.current FROM flags f JOIN calls c ON c.id = f.call_id JOIN scorecards s ON s.id = f.scorecard_id"
    " JOIN forms m ON m.id = s.form_id";

static const char scorecards[] =
    "SELECT s.call_id, c.agent, {t:c.started_s} AS started_utc, m.rubric, m.version, s.total, s.coverage,"
    " s.partial, s.id = c.scorecard_id AS current, s.analysis_id = c.analysis_id AS fresh,"
    " {t:s.scored_s} AS scored_utc"
    " FROM scorecards s JOIN calls c ON c.id = s.call_id JOIN forms m ON m.id = s.form_id";

static const char items[] =
    "SELECT s.call_id, c.agent, {t:c.started_s} AS started_utc, m.rubric, m.version, i.section, i.item,"
    " {judged:i.judged} AS judged, {state:x.state} AS state, x.score, i.weight, x.note,"
    " s.id = c.scorecard_id AS current"
    " FROM item_scores x JOIN form_items i ON i.id = x.item_id JOIN scorecards s ON s.id = x.scorecard_id"
    " JOIN forms m ON m.id = s.form_id JOIN calls c ON c.id = s.call_id";

static const char sections[] =
    "SELECT s.call_id, m.rubric, m.version, d.section, d.weight, x.score, x.coverage,"
    " s.id = c.scorecard_id AS current"
    " FROM section_scores x JOIN form_sections d ON d.id = x.section_id"
    " JOIN scorecards s ON s.id = x.scorecard_id JOIN forms m ON m.id = s.form_id JOIN calls c ON c.id = "
    "s.call_id";

static const char indicators[] =
    "SELECT s.call_id, m.rubric, m.version, i.item, d.indicator, d.measure, x.value,"
    " {null_reason:x.reason} AS null_reason, x.points, d.weight, x.applies, x.note"
    " FROM indicator_scores x JOIN form_indicators d ON d.id = x.indicator_id"
    " JOIN item_scores y ON y.scorecard_id = x.scorecard_id AND y.seq = x.item_seq"
    " JOIN form_items i ON i.id = y.item_id JOIN scorecards s ON s.id = x.scorecard_id"
    " JOIN forms m ON m.id = s.form_id";

static const char evidence[] =
    "SELECT s.call_id, m.rubric, m.version, i.item, f.flag, {s:e.start_ms} AS start_s, {s:e.end_ms} AS end_s,"
    " {event:e.event} AS event, {party:e.party} AS party"
    " FROM evidence e JOIN scorecards s ON s.id = e.scorecard_id JOIN forms m ON m.id = s.form_id"
    " LEFT JOIN item_scores y ON e.owner = 0 AND y.scorecard_id = e.scorecard_id AND y.seq = e.owner_seq"
    " LEFT JOIN form_items i ON i.id = y.item_id"
    " LEFT JOIN flags f ON e.owner = 1 AND f.scorecard_id = e.scorecard_id AND f.seq = e.owner_seq";

static const char segments[] = "SELECT call_id, seq, {party:party} AS party, {s:start_ms} AS start_s,"
                               " {s:end_ms} AS end_s FROM segments";

static const char turns[] = "SELECT call_id, seq, {party:party} AS party, {s:start_ms} AS start_s,"
                            " {s:end_ms} AS end_s FROM turns";

static const char transitions[] =
    "SELECT call_id, seq, {party:from_party} AS from_party, {party:to_party} AS to_party, {s:at_ms} AS at_s,"
    " {s:fto_ms} AS fto_s, with_hold FROM transitions";

static const char events[] =
    "SELECT e.call_id, e.seq, c.agent, {t:c.started_s} AS started_utc, {event:e.type} AS type,"
    " {party:e.party} AS party, {s:e.start_ms} AS start_s, {s:e.end_ms} AS end_s,"
    " (e.end_ms - e.start_ms) / 1000.0 AS length_s, {s:e.overlap_ms} AS overlap_s,"
    " {outcome:e.outcome} AS outcome, e.early_cut_in, e.restart, {s:e.cost_ms} AS cost_s,"
    " nullif({tone:e.tone}, 'none') AS tone, e.digit, e.value"
    " FROM events e JOIN calls c ON c.id = e.call_id";

static const char audit[] = "SELECT id, {t:at_s} AS at_utc, who, action, subject, before_json AS before,"
                            " after_json AS after, lower(hex(sha256)) AS sha256 FROM audit";

static const char reviews[] =
    "SELECT v.id AS review_id, v.call_id, c.agent, {t:c.started_s} AS started_utc, m.rubric, m.version,"
    " v.reviewer, v.expert, v.blind, {review_state:v.state} AS state, {t:v.started_s} AS begun_utc,"
    " {t:v.submitted_s} AS submitted_utc, v.total, v.coverage, v.partial, v.critical, v.remark, v.disputed_by, "
    "v.dispute,"
    " {t:v.disputed_s} AS disputed_utc, v.resolved_by, v.resolution, {t:v.resolved_s} AS resolved_utc"
    " FROM reviews v JOIN calls c ON c.id = v.call_id JOIN forms m ON m.id = v.form_id";

/* What counts of an item: the final score, else the reviewer's, else the machine's. */
static const char review_items[] =
    "SELECT v.id AS review_id, v.call_id, c.agent, m.rubric, m.version, v.reviewer,"
    " {review_state:v.state} AS state, i.item, {judged:i.judged} AS judged,"
    " {state:i.machine_state} AS machine_state, i.machine_score, {mark:i.mark} AS mark, i.score, i.remark,"
    " i.reason, {s:i.clip_start_ms} AS clip_start_s, {s:i.clip_end_ms} AS clip_end_s,"
    " {mark:i.final_mark} AS final_mark, i.final_score,"
    " CASE WHEN i.final_mark THEN i.final_score WHEN i.mark THEN i.score WHEN i.machine_state = 0"
    " THEN i.machine_score END AS counts"
    " FROM review_items i JOIN reviews v ON v.id = i.review_id JOIN calls c ON c.id = v.call_id"
    " JOIN forms m ON m.id = v.form_id";

static const char records[] =
    "SELECT r.external_id, coalesce(r.call_id, (SELECT c.id FROM calls c WHERE c.external_id = r.external_id),"
    " (SELECT min(p.call_id) FROM call_paths p WHERE p.name = r.external_id)) AS call_id, r.agent, r.customer,"
    " r.matter, r.reason, r.ticket, r.order_number, {priority:r.priority} AS priority,"
    " {t:r.started_s} AS started_utc, {t:r.responded_s} AS responded_utc, {t:r.progressed_s} AS progressed_utc,"
    " {t:r.promised_s} AS promised_utc, {t:r.resolved_s} AS resolved_utc, r.wait_s, r.after_call_s, r.csat,"
    " r.nps, r.promise, r.resolution, r.source FROM records r";

static const char samples[] =
    "SELECT s.id AS sample_id, {t:s.drawn_s} AS drawn_utc, s.drawn_by,"
    " (SELECT count(*) FROM assignments a WHERE a.sample_id = s.id) AS calls, s.json FROM samples s";

static const char assignments[] =
    "SELECT a.sample_id, a.call_id, c.agent, a.reviewer, {t:a.due_s} AS due_utc,"
    " (SELECT {t:max(v.submitted_s)} FROM reviews v WHERE v.call_id = a.call_id AND v.reviewer = a.reviewer"
    " AND v.state <> 0) AS submitted_utc FROM assignments a JOIN calls c ON c.id = a.call_id";

static const char forms[] =
    "SELECT m.rubric, m.version, {t:t.kept_s} AS kept_utc, {t:t.published_s} AS published_utc,"
    " t.published_by, (SELECT count(*) FROM scorecards s WHERE s.form_id = m.id) AS scorecards,"
    " (SELECT count(*) FROM reviews v WHERE v.form_id = m.id) AS reviews, t.json, n.json AS settings"
    " FROM forms m LEFT JOIN form_texts t ON t.form_id = m.id LEFT JOIN form_settings n ON n.form_id = m.id";

/* `kind` and `column` are inside the texts above, n bytes from their start. */
static void add_token(struct cq_str *out, const char *kind, const char *column, size_t n)
{
    if (!strncmp(kind, "s:", 2))
        cq_str_printf(out, "%.*s / 1000.0", (int)n, column);
    else if (!strncmp(kind, "t:", 2))
        cq_str_printf(out, "strftime('%%Y-%%m-%%dT%%H:%%M:%%SZ', %.*s, 'unixepoch')", (int)n, column);
    else /* a scalar look-up keeps the outer query's plan as it would be without the word */
        cq_str_printf(out, "(SELECT word FROM words WHERE kind = '%.*s' AND code = %.*s)",
                      (int)(column - 1 - kind), kind, (int)n, column);
}

static void expand(struct cq_str *out, const char *text)
{
    const char *open;
    while ((open = strchr(text, '{'))) {
        const char *column = strchr(open, ':') + 1, *close = strchr(column, '}');
        cq_str_add_n(out, text, (size_t)(open - text));
        add_token(out, open + 1, column, (size_t)(close - column));
        text = close + 1;
    }
    cq_str_add(out, text);
}

static void begin_view(struct cq_str *out, const char *name)
{
    cq_str_printf(out, "DROP VIEW IF EXISTS %s; CREATE VIEW %s AS ", name, name);
}

static void add_calls(struct cq_str *out)
{
    begin_view(out, "v_calls");
    expand(out, calls_head);
    for (int i = 0; i < CQ_N_MEASURES; i++) {
        enum cq_party party;
        int index;
        char column[CQ_MEASURE_COLUMN_MAX];
        cq_schema_measure(i, &party, &index);
        if (party == CQ_NOBODY && index == CQ_M_DURATION) /* stands in `calls` */
            continue;
        cq_schema_measure_column(party, index, column);
        cq_str_printf(out, ", m.%s", column);
    }
    cq_str_add(out, calls_tail);
    cq_str_add_char(out, ';');
}

/* One row a measure and call, as pivoting tools like it. */
static void add_measures(struct cq_str *out)
{
    begin_view(out, "v_measures");
    expand(out, "SELECT v.call_id, c.agent, c.started_s, n.name, {party:n.party} AS party, v.value, n.unit,"
                " {null_reason:u.reason} AS null_reason FROM (");
    for (int i = 0; i < CQ_N_MEASURES; i++) {
        enum cq_party party;
        int index;
        char column[CQ_MEASURE_COLUMN_MAX];
        cq_schema_measure(i, &party, &index);
        cq_schema_measure_column(party, index, column);
        cq_str_printf(out, "%sSELECT call_id, %d AS id, %s AS value FROM measures", i ? " UNION ALL " : "",
                      cq_schema_measure_id(party, index), column);
    }
    cq_str_add(out, ") v JOIN measure_names n ON n.id = v.id JOIN calls c ON c.id = v.call_id"
                    " LEFT JOIN measure_nulls u ON u.call_id = v.call_id AND u.measure_id = v.id;");
}

void cq_schema_views(struct cq_str *out)
{
    static const struct {
        const char *name, *text;
    } views[] = {
        {"v_agent_day", agent_day},   {"v_flags", flags},
        {"v_scorecards", scorecards}, {"v_items", items},
        {"v_sections", sections},     {"v_indicators", indicators},
        {"v_evidence", evidence},     {"v_segments", segments},
        {"v_turns", turns},           {"v_transitions", transitions},
        {"v_events", events},         {"v_audit", audit},
        {"v_reviews", reviews},       {"v_review_items", review_items},
        {"v_forms", forms},           {"v_records", records},
        {"v_samples", samples},       {"v_assignments", assignments},
    };
    add_calls(out);
    add_measures(out);
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        begin_view(out, views[i].name);
        expand(out, views[i].text);
        cq_str_add_char(out, ';');
    }
}
