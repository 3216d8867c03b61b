-- All rates of the twelve months for all places. Texts that repeat are numbered once (ENUM), everything is counted into
-- cells of month, place and subject, and the cells are added up for every kind of place.
CREATE TEMP TABLE halls AS
SELECT hall_id, county, substr(region_code, 1, 6) AS code FROM read_parquet(getvariable('city') || '/halls/*.parquet');

CREATE TEMP TABLE regions AS
SELECT code, first(county ORDER BY n DESC, county) AS county
FROM (SELECT code, county, count(*) AS n FROM halls GROUP BY ALL) GROUP BY code;

CREATE TEMP TABLE months AS
SELECT DISTINCT date_trunc('month', date)::DATE AS month FROM sessions;

SET VARIABLE begins = (SELECT min(month)::TIMESTAMPTZ FROM months);
SET VARIABLE ends = (SELECT (max(month) + INTERVAL 1 MONTH)::TIMESTAMPTZ FROM months);

-- Working days: `passed` working days up to and with each day; the day with a number is found in `work`.
CREATE TEMP TABLE days AS
SELECT date, sum(is_workday::INT) OVER (ORDER BY date)::INT AS passed, is_workday
FROM read_parquet(getvariable('city') || '/workdays/*.parquet');
CREATE TEMP TABLE work AS SELECT passed AS number, date FROM days WHERE is_workday;

CREATE TEMP TABLE items AS
SELECT *, row_number() OVER (PARTITION BY item_code ORDER BY valid_from) AS rank,
       coalesce(valid_to, 'infinity'::TIMESTAMPTZ) AS until
FROM read_parquet(getvariable('city') || '/items/*.parquet');
CREATE TEMP TABLE themes AS SELECT item_code, theme FROM items WHERE rank = 1;

CREATE TEMP TABLE cases AS
SELECT c.project_no, c.item_code, c.dept_code, c.channel, c.platform, c.apply_time, c.accept_time, c.promise_due,
       c.finish_time, c.closed_time, c.status, c.auto_approved, c.delivery, c.visit_count, c.cross_region, c.is_test,
       coalesce(i.theme, f.theme) AS theme, i.case_type, i.day_unit,
       i.apply_based AND NOT i.ywtb_exception AS in_scope,
       CASE WHEN c.hall_id IS NULL THEN '无大厅(线上)' ELSE c.hall_id END AS hall_id,
       coalesce(h.county, r.county, substr(c.region_code, 1, 6), '未知区域') AS county
FROM read_parquet(getvariable('city') || '/cases/*.parquet') c
LEFT JOIN items i ON i.item_code = c.item_code AND i.valid_from <= coalesce(c.accept_time, c.apply_time)
                 AND coalesce(c.accept_time, c.apply_time) < i.until
LEFT JOIN themes f ON f.item_code = c.item_code
LEFT JOIN halls h ON h.hall_id = c.hall_id
LEFT JOIN regions r ON c.hall_id IS NULL AND r.code = substr(c.region_code, 1, 6);

CREATE TEMP TABLE pauses AS
SELECT project_no, kind, start_at, end_at FROM read_parquet(getvariable('city') || '/case_pauses/*.parquet');

CREATE TEMP TABLE scope AS
SELECT date_trunc('month', accept_time)::DATE AS month, hall_id, county, dept_code, item_code, theme,
       count(*) AS scope,
       count(*) FILTER (platform = 'ywtb2') AS scope_y,
       count(*) FILTER (platform = 'unknown') AS scope_unknown,
       count(*) FILTER (platform IN ('ywtb2', 'unknown')) AS scope_y_or_unknown,
       count(*) FILTER (channel = 'window') AS scope_window,
       count(*) FILTER (channel = 'window' AND platform = 'ywtb2') AS scope_window_y,
       count(*) FILTER (channel IN ('pc', 'app', 'mini')) AS scope_online,
       count(*) FILTER (channel = 'kiosk') AS scope_kiosk,
       count(*) FILTER (cross_region) AS scope_cross_region,
       count(*) FILTER (visit_count IS NOT NULL AND delivery IS NOT NULL) AS scope_full_known,
       count(*) FILTER (visit_count = 0 AND delivery <> 'window' AND channel IN ('pc', 'app', 'mini'))
         AS scope_full_online
FROM cases
WHERE in_scope AND NOT is_test AND accept_time >= getvariable('begins') AND accept_time < getvariable('ends')
GROUP BY ALL;

-- Deadlines of finished promised cases: each of at most two pauses that began before the deadline moves it on.
CREATE TEMP TABLE due AS
WITH promised AS (
    SELECT project_no, promise_due, day_unit, accept_time, finish_time
    FROM cases
    WHERE case_type = 'promise' AND NOT is_test AND status = 'finished' AND promise_due IS NOT NULL
      AND finish_time >= getvariable('begins') AND finish_time < getvariable('ends')
), spans AS (
    SELECT c.project_no, p.start_at, greatest(p.start_at, c.accept_time) AS start,
           least(coalesce(p.end_at, c.finish_time), c.finish_time) AS stop,
           row_number() OVER (PARTITION BY c.project_no ORDER BY p.start_at) AS rank
    FROM promised c JOIN pauses p USING (project_no)
    WHERE greatest(p.start_at, c.accept_time) < least(coalesce(p.end_at, c.finish_time), c.finish_time)
), moves AS (
    SELECT s.project_no, s.rank, s.start_at,
           date_diff('day', s.start::DATE, (s.stop - INTERVAL 1 MICROSECOND)::DATE) AS natural_days,
           b.passed - a.passed AS working_days
    FROM spans s JOIN days a ON a.date = s.start::DATE JOIN days b ON b.date = (s.stop - INTERVAL 1 MICROSECOND)::DATE
), once AS (
    SELECT c.*, m.project_no IS NOT NULL AND m.start_at <= c.promise_due AS counts, m.natural_days, m.working_days,
           (c.promise_due - INTERVAL 1 MICROSECOND)::DATE AS due_day
    FROM promised c LEFT JOIN moves m ON m.project_no = c.project_no AND m.rank = 1
), moved_once AS (
    SELECT o.project_no, o.day_unit,
           o.promise_due + to_days(CASE WHEN NOT o.counts THEN 0 WHEN o.day_unit = 'natural' THEN o.natural_days
                                        WHEN o.working_days = 0 THEN 0
                                        ELSE date_diff('day', o.due_day, w.date) END::INT) AS due
    FROM once o LEFT JOIN days d ON d.date = o.due_day LEFT JOIN work w ON w.number = d.passed + o.working_days
), twice AS (
    SELECT c.*, m.project_no IS NOT NULL AND m.start_at <= c.due AS counts, m.natural_days, m.working_days,
           (c.due - INTERVAL 1 MICROSECOND)::DATE AS due_day
    FROM moved_once c LEFT JOIN moves m ON m.project_no = c.project_no AND m.rank = 2
)
SELECT o.project_no,
       o.due + to_days(CASE WHEN NOT o.counts THEN 0 WHEN o.day_unit = 'natural' THEN o.natural_days
                            WHEN o.working_days = 0 THEN 0
                            ELSE date_diff('day', o.due_day, w.date) END::INT) AS due
FROM twice o LEFT JOIN days d ON d.date = o.due_day LEFT JOIN work w ON w.number = d.passed + o.working_days;

CREATE TEMP TABLE finished AS
SELECT date_trunc('month', c.finish_time)::DATE AS month, c.hall_id, c.county, c.dept_code, c.item_code, c.theme,
       count(*) AS finished,
       count(c.visit_count) AS finished_visits_known,
       count(*) FILTER (c.visit_count <= 1) AS finished_one_visit,
       count(*) FILTER (c.auto_approved) AS finished_auto,
       count(*) FILTER (c.finish_time::DATE = c.accept_time::DATE) AS finished_same_day,
       count(d.due) AS finished_due,
       count(*) FILTER (c.finish_time > d.due) AS finished_late,
       count(*) FILTER (c.finish_time::DATE <= e.date) AS finished_early
FROM cases c LEFT JOIN due d ON d.project_no = c.project_no
LEFT JOIN days y ON y.date = (d.due - INTERVAL 1 MICROSECOND)::DATE
LEFT JOIN work e ON e.number = y.passed - y.is_workday::INT
WHERE NOT c.is_test AND c.status = 'finished'
  AND c.finish_time >= getvariable('begins') AND c.finish_time < getvariable('ends')
GROUP BY ALL;

CREATE TEMP TABLE submitted AS
WITH asked AS (
    SELECT c.*, w.date + 1 AS deadline
    FROM cases c JOIN days d ON d.date = c.apply_time::DATE JOIN work w ON w.number = d.passed + 1
    WHERE NOT c.is_test AND c.apply_time >= getvariable('begins') AND c.apply_time < getvariable('ends')
), corrected AS (
    SELECT a.project_no FROM asked a JOIN pauses p ON p.project_no = a.project_no
    WHERE p.kind = 'correction' AND p.start_at <= a.deadline::TIMESTAMPTZ GROUP BY ALL
)
SELECT date_trunc('month', a.apply_time)::DATE AS month, a.hall_id, a.county, a.dept_code, a.item_code, a.theme,
       count(*) AS submitted,
       count(*) FILTER (NOT coalesce(least(a.accept_time, a.closed_time) <= a.deadline::TIMESTAMPTZ, false)
                        AND k.project_no IS NULL) AS submitted_delayed
FROM asked a LEFT JOIN corrected k ON k.project_no = a.project_no
GROUP BY ALL;

-- Tickets: ends of waits, services.
CREATE TEMP TABLE closings AS
SELECT hall_id, date, max(close_at) AS last_close FROM sessions GROUP BY ALL;

CREATE TEMP TABLE tickets AS
SELECT t.ticket_id, t.hall_id, t.item_code, t.take_time, t.call_time, t.start_time, t.end_time, t.status, t.project_no,
       CAST(t.take_time AS DATE) AS date
FROM read_parquet(getvariable('city') || '/tickets/*.parquet') t
WHERE NOT t.is_test AND t.status <> 'void'
  AND NOT coalesce(t.status = 'cancelled' AND t.end_time - t.take_time <= INTERVAL 120 SECONDS, false);

CREATE TEMP TABLE waited AS
WITH closed AS (
    SELECT t.*, greatest(coalesce(c.last_close, (t.date + 1)::TIMESTAMPTZ - INTERVAL 1 MICROSECOND), t.take_time)
                AS closing, b.start_at, b.end_at
    FROM tickets t LEFT JOIN closings c ON c.hall_id = t.hall_id AND c.date = t.date
    LEFT JOIN breaks b ON b.hall_id = t.hall_id AND b.date = t.date
), marked AS (
    SELECT *, call_time IS NOT NULL AS called,
           call_time IS NULL AND start_time IS NULL AND coalesce(end_time <= closing, false) AS gone_early,
           call_time IS NULL AND start_time IS NULL AND NOT coalesce(end_time <= closing, false)
             AND status IN ('abandoned', 'cancelled', 'waiting') AS stayed
    FROM closed
), ended AS (
    SELECT *, CASE WHEN called THEN call_time WHEN gone_early THEN end_time ELSE closing END AS until
    FROM marked WHERE called OR stayed OR (gone_early AND status IN ('abandoned', 'cancelled'))
)
SELECT date_trunc('month', until)::DATE AS month, hall_id, called, stayed, gone_early, status,
       epoch_us(until) - epoch_us(take_time)
         - CASE WHEN start_at < until AND end_at > take_time
                THEN epoch_us(least(until, end_at)) - epoch_us(greatest(take_time, start_at)) ELSE 0 END AS wait
FROM ended WHERE until >= getvariable('begins') AND until < getvariable('ends');

CREATE TEMP TABLE ends_of_waits AS
SELECT month, hall_id,
       count(*) FILTER (called) AS calls,
       count(*) FILTER (called AND wait <= 1500000000) AS calls_in_time,
       count(*) FILTER (called OR wait > 1500000000) AS calls_and_lost,
       count(*) FILTER (called OR stayed OR status = 'abandoned') AS called_or_abandoned,
       count(*) FILTER (CASE WHEN called THEN status IN ('no_show', 'abandoned')
                             ELSE stayed OR status = 'abandoned' END) AS abandoned_or_no_show,
       sum(wait) FILTER (called) / 60000000.0::DOUBLE AS wait_minutes
FROM waited GROUP BY ALL;

CREATE TEMP TABLE served AS
SELECT date_trunc('month', t.end_time)::DATE AS month, t.hall_id,
       count(*) FILTER (t.status = 'done') AS tickets_done,
       count(*) FILTER (t.status = 'done' AND c.project_no IS NULL) AS tickets_without_case,
       count(*) FILTER (t.end_time > coalesce(t.start_time, t.call_time)) AS handled,
       sum(epoch_us(t.end_time) - epoch_us(coalesce(t.start_time, t.call_time)))
         FILTER (t.end_time > coalesce(t.start_time, t.call_time)) / 60000000.0::DOUBLE AS handle_minutes
FROM tickets t LEFT JOIN cases c ON c.project_no = t.project_no
WHERE t.status IN ('done', 'returned') AND t.end_time >= getvariable('begins') AND t.end_time < getvariable('ends')
GROUP BY ALL;

-- Reviews with the place and subject of what they are about: their case, else their ticket.
CREATE TEMP TABLE reviews AS
SELECT r.origin, r.level, r.named, r.assess_time, r.callback_time, r.rectify_due, r.rectify_time,
       r.callback_satisfied, c.dept_code AS case_dept, c.project_no IS NOT NULL AS has_case,
       CASE WHEN r.hall_id IS NOT NULL THEN r.hall_id WHEN c.project_no IS NOT NULL THEN c.hall_id
            ELSE coalesce(t.hall_id, '无大厅(线上)') END AS hall_id,
       CASE WHEN r.hall_id IS NOT NULL THEN h.county WHEN c.project_no IS NOT NULL THEN c.county
            ELSE coalesce(th.county, '未知区域') END AS county,
       CASE WHEN r.origin = 'active' THEN CASE WHEN c.project_no IS NOT NULL THEN c.dept_code ELSE i.dept_code END END
         AS dept_code,
       CASE WHEN r.origin = 'active' THEN CASE WHEN c.project_no IS NOT NULL THEN c.item_code ELSE t.item_code END END
         AS item_code,
       CASE WHEN r.origin = 'active' THEN CASE WHEN c.project_no IS NOT NULL THEN c.theme ELSE i.theme END END AS theme
FROM (SELECT * FROM read_parquet(getvariable('city') || '/reviews/*.parquet')
      WHERE origin IN ('active', 'default') AND coalesce(valid, true)) r
LEFT JOIN cases c ON c.project_no = CASE WHEN r.origin = 'active' OR r.hall_id IS NULL THEN r.project_no END
LEFT JOIN (SELECT ticket_id, hall_id, item_code FROM read_parquet(getvariable('city') || '/tickets/*.parquet')) t
  ON t.ticket_id = CASE WHEN r.origin = 'active' OR r.hall_id IS NULL THEN r.ticket_id END
LEFT JOIN (SELECT item_code, dept_code, theme FROM items WHERE rank = 1) i ON i.item_code = t.item_code
LEFT JOIN halls h ON h.hall_id = r.hall_id
LEFT JOIN halls th ON th.hall_id = t.hall_id;

CREATE TEMP TABLE given AS
SELECT date_trunc('month', assess_time)::DATE AS month, hall_id, county, dept_code, item_code, theme,
       count(*) FILTER (origin = 'active') AS reviews_active,
       count(*) FILTER (origin = 'active' AND level >= 3) AS reviews_good,
       count(*) FILTER (origin = 'active' AND level <= 2) AS reviews_bad,
       count(*) FILTER (origin = 'default' OR level >= 3) AS reviews_good_total,
       count(*) AS reviews_total,
       count(*) FILTER (origin = 'active' AND level <= 2 AND named) AS bad_named,
       count(*) FILTER (origin = 'active' AND level <= 2 AND named AND callback_time IS NOT NULL) AS bad_named_called,
       count(*) FILTER (origin = 'active' AND level <= 2 AND callback_time IS NOT NULL
                        AND callback_satisfied IS NOT NULL) AS bad_answered,
       count(*) FILTER (origin = 'active' AND level <= 2 AND callback_time IS NOT NULL AND callback_satisfied)
         AS bad_satisfied
FROM reviews WHERE assess_time >= getvariable('begins') AND assess_time < getvariable('ends') GROUP BY ALL;

CREATE TEMP TABLE mended AS
WITH bad AS (
    SELECT r.*, coalesce(r.rectify_due, (w.date + 1)::TIMESTAMPTZ) AS due
    FROM reviews r JOIN days d ON d.date = r.assess_time::DATE JOIN work w ON w.number = d.passed + 5
    WHERE r.origin = 'active' AND r.level <= 2
)
SELECT date_trunc('month', due - INTERVAL 1 MICROSECOND)::DATE AS month, hall_id, county, dept_code, item_code, theme,
       count(*) AS bad_rectify_due, count(*) FILTER (rectify_time <= due) AS bad_rectified
FROM bad WHERE due > getvariable('begins') AND due <= getvariable('ends') GROUP BY ALL;

CREATE TEMP TABLE complained AS
SELECT date_trunc('month', c.created_at)::DATE AS month, h.hall_id, h.county, count(*) AS complaints_onsite
FROM read_parquet(getvariable('city') || '/complaints/*.parquet') c JOIN halls h ON h.hall_id = c.hall_id
WHERE c.kind = 'onsite' AND c.created_at >= getvariable('begins') AND c.created_at < getvariable('ends') GROUP BY ALL;

CREATE TEMP TABLE minutes AS
SELECT date_trunc('month', date)::DATE AS month, hall_id, sum(busy) / 60000000.0::DOUBLE AS busy_minutes,
       sum(open) / 60000000.0::DOUBLE AS open_minutes
FROM windows_day GROUP BY ALL;

CREATE TEMP TABLE listed AS
WITH weighed AS (
    SELECT month, item_code, sum(scope)::BIGINT AS scope FROM scope GROUP BY ALL
), held AS (
    SELECT m.month, i.*, CASE i.day_unit WHEN 'workday' THEN 7 ELSE 5 END AS part, coalesce(s.scope, 0) AS scope,
           coalesce(i.case_type = 'promise' AND i.legal_days > 0 AND i.promise_days IS NOT NULL, false) AS promised
    FROM months m JOIN items i ON i.valid_from < (m.month + INTERVAL 1 MONTH)::TIMESTAMPTZ
                              AND (m.month + INTERVAL 1 MONTH)::TIMESTAMPTZ <= i.until
    LEFT JOIN weighed s ON s.month = m.month AND s.item_code = i.item_code
)
SELECT month, dept_code,
       count(*) FILTER (apply_based AND online_capable) AS items_online,
       count(*) FILTER (apply_based) AS items_apply_based,
       coalesce(sum((legal_days - promise_days) * part) FILTER (promised), 0) / 7.0::DOUBLE AS days_saved,
       coalesce(sum(legal_days * part) FILTER (promised), 0) / 7.0::DOUBLE AS days_legal,
       coalesce(sum((legal_days - promise_days) * part * scope) FILTER (promised), 0) / 7.0::DOUBLE
         AS days_saved_weighted,
       coalesce(sum(legal_days * part * scope) FILTER (promised), 0) / 7.0::DOUBLE AS days_legal_weighted
FROM held GROUP BY ALL;

CREATE TEMP TABLE cells AS
SELECT * FROM scope
UNION ALL BY NAME SELECT * FROM finished
UNION ALL BY NAME SELECT * FROM submitted
UNION ALL BY NAME SELECT * FROM given
UNION ALL BY NAME SELECT * FROM mended
UNION ALL BY NAME SELECT * FROM complained
UNION ALL BY NAME SELECT w.*, h.county FROM ends_of_waits w JOIN halls h USING (hall_id)
UNION ALL BY NAME SELECT s.*, h.county FROM served s JOIN halls h USING (hall_id)
UNION ALL BY NAME SELECT m.*, h.county FROM minutes m JOIN halls h USING (hall_id)
UNION ALL BY NAME SELECT * FROM listed;

-- One row for each kind of place, place and month; `kind` says which columns name it.
CREATE TEMP TABLE sums AS
SELECT CASE GROUPING(county, hall_id, dept_code, item_code, theme)
         WHEN 31 THEN 'city' WHEN 15 THEN 'county' WHEN 7 THEN 'hall'
         WHEN 27 THEN 'department' WHEN 29 THEN 'item' ELSE 'theme' END AS kind,
       month, county, hall_id, dept_code, item_code, theme,
       sum(COLUMNS(* EXCLUDE (month, county, hall_id, dept_code, item_code, theme)))
FROM cells
GROUP BY GROUPING SETS ((month), (month, county), (month, county, hall_id), (month, dept_code), (month, item_code),
                        (month, theme));

CREATE TEMP TABLE rated_places AS
SELECT 'city' AS kind, NULL::VARCHAR AS county, NULL::VARCHAR AS hall_id, NULL::VARCHAR AS dept_code,
       NULL::VARCHAR AS item_code, NULL::VARCHAR AS theme
UNION BY NAME SELECT 'county' AS kind, county FROM halls
UNION BY NAME SELECT 'county' AS kind, county FROM cells WHERE county IS NOT NULL
UNION BY NAME SELECT 'hall' AS kind, county, hall_id FROM halls
UNION BY NAME SELECT 'hall' AS kind, county, hall_id FROM cells WHERE county IS NOT NULL
UNION BY NAME SELECT 'department' AS kind, dept_code
              FROM read_parquet(getvariable('city') || '/departments/*.parquet')
UNION BY NAME SELECT 'department' AS kind, dept_code FROM cells WHERE dept_code IS NOT NULL
UNION BY NAME SELECT 'item' AS kind, item_code FROM items
UNION BY NAME SELECT 'item' AS kind, item_code FROM cells WHERE item_code IS NOT NULL
UNION BY NAME SELECT 'theme' AS kind, unnest(['realestate', 'business', 'livelihood', 'investment', 'other']) AS theme;

-- What does not add up is counted anew for every place.
CREATE TEMP TABLE items_anew AS
WITH each AS (
    SELECT CASE GROUPING(county, hall_id, dept_code) WHEN 7 THEN 'city' WHEN 3 THEN 'county' WHEN 1 THEN 'hall'
                WHEN 6 THEN 'department' END AS kind,
           month, county, hall_id, dept_code, item_code, sum(scope) AS scope, sum(scope_y) AS scope_y
    FROM scope
    GROUP BY GROUPING SETS ((month, item_code), (month, county, item_code), (month, county, hall_id, item_code),
                            (month, dept_code, item_code))
    HAVING sum(scope) >= 10
)
SELECT kind, month, county, hall_id, dept_code, count(*) AS items_counted,
       count(*) FILTER (scope_y * 10 >= scope * 9) AS items_on_target
FROM each GROUP BY ALL;

CREATE TEMP TABLE halls_anew AS
WITH each AS (
    SELECT month, county, hall_id, sum(scope_window) AS cases, sum(scope_window_y) AS cases_y
    FROM scope WHERE hall_id <> '无大厅(线上)' GROUP BY ALL HAVING sum(scope_window) >= 50
)
SELECT CASE GROUPING(county) WHEN 1 THEN 'city' ELSE 'county' END AS kind, month, county,
       count(*) AS halls_counted, count(*) FILTER (cases_y * 10 >= cases * 9) AS halls_on_target
FROM each GROUP BY GROUPING SETS ((month), (month, county));

CREATE TEMP TABLE waits_anew AS
SELECT CASE GROUPING(county, hall_id) WHEN 3 THEN 'city' WHEN 1 THEN 'county' ELSE 'hall' END AS kind, month, county,
       w.hall_id, quantile_disc(wait, 0.9) / 60000000.0::DOUBLE AS wait_p90
FROM waited w JOIN halls h USING (hall_id) WHERE called
GROUP BY GROUPING SETS ((month), (month, county), (month, county, w.hall_id));

CREATE TEMP TABLE whole AS
SELECT p.*, m.month, s.* EXCLUDE (kind, month, county, hall_id, dept_code, item_code, theme),
       i.items_counted, i.items_on_target, g.halls_counted, g.halls_on_target, w.wait_p90
FROM rated_places p CROSS JOIN months m
LEFT JOIN sums s ON s.kind = p.kind AND s.month = m.month AND s.county IS NOT DISTINCT FROM p.county
  AND s.hall_id IS NOT DISTINCT FROM p.hall_id AND s.dept_code IS NOT DISTINCT FROM p.dept_code
  AND s.item_code IS NOT DISTINCT FROM p.item_code AND s.theme IS NOT DISTINCT FROM p.theme
LEFT JOIN items_anew i ON i.kind = p.kind AND i.month = m.month AND i.county IS NOT DISTINCT FROM p.county
  AND i.hall_id IS NOT DISTINCT FROM p.hall_id AND i.dept_code IS NOT DISTINCT FROM p.dept_code
LEFT JOIN halls_anew g ON g.kind = p.kind AND g.month = m.month AND g.county IS NOT DISTINCT FROM p.county
LEFT JOIN waits_anew w ON w.kind = p.kind AND w.month = m.month AND w.county IS NOT DISTINCT FROM p.county
  AND w.hall_id IS NOT DISTINCT FROM p.hall_id;

CREATE TEMP TABLE told AS
SELECT kind, month, hall_id, county, dept_code, item_code, theme, scope_unknown, wait_p90, unnest([
    {'rate': 'ywtb_case_rate', 'places': 'ckhdit', 'above': scope_y::DOUBLE, 'below': scope::DOUBLE, 'scale': 100.0::DOUBLE},
    {'rate': 'ywtb_window_rate', 'places': 'ckhdit', 'above': scope_window_y, 'below': scope_window, 'scale': 100},
    {'rate': 'ywtb_item_rate', 'places': 'i', 'above': scope_y, 'below': scope, 'scale': 100},
    {'rate': 'ywtb_items_on_target', 'places': 'ckhd', 'above': items_on_target, 'below': items_counted, 'scale': 100},
    {'rate': 'ywtb_halls_on_target', 'places': 'ck', 'above': halls_on_target, 'below': halls_counted, 'scale': 100},
    {'rate': 'ywtb_case_rate_low', 'places': 'ckhdit', 'above': scope_y, 'below': scope, 'scale': 100},
    {'rate': 'ywtb_case_rate_high', 'places': 'ckhdit', 'above': scope_y_or_unknown, 'below': scope, 'scale': 100},
    {'rate': 'online_capable_rate', 'places': 'cd', 'above': items_online, 'below': items_apply_based, 'scale': 100},
    {'rate': 'online_apply_rate', 'places': 'ckdit', 'above': scope_online, 'below': scope, 'scale': 100},
    {'rate': 'kiosk_rate', 'places': 'ckdit', 'above': scope_kiosk, 'below': scope, 'scale': 100},
    {'rate': 'cross_region_rate', 'places': 'ckdit', 'above': scope_cross_region, 'below': scope, 'scale': 100},
    {'rate': 'full_online_rate', 'places': 'ckdit', 'above': scope_full_online, 'below': scope_full_known, 'scale': 100},
    {'rate': 'one_visit_rate', 'places': 'ckhdit', 'above': finished_one_visit, 'below': finished_visits_known, 'scale': 100},
    {'rate': 'auto_rate', 'places': 'ckhdit', 'above': finished_auto, 'below': finished, 'scale': 100},
    {'rate': 'instant_rate', 'places': 'ckhdit', 'above': finished_same_day, 'below': finished, 'scale': 100},
    {'rate': 'promise_compression', 'places': 'cd', 'above': days_saved, 'below': days_legal, 'scale': 100},
    {'rate': 'promise_compression_weighted', 'places': 'cd', 'above': days_saved_weighted, 'below': days_legal_weighted,
     'scale': 100},
    {'rate': 'overdue_finish_rate', 'places': 'ckhdit', 'above': finished_late, 'below': finished_due, 'scale': 100},
    {'rate': 'early_finish_rate', 'places': 'ckhdit', 'above': finished_early, 'below': finished_due, 'scale': 100},
    {'rate': 'accept_delay_rate', 'places': 'ckhdit', 'above': submitted_delayed, 'below': submitted, 'scale': 100},
    {'rate': 'review_active_rate', 'places': 'ckh', 'above': reviews_active,
     'below': coalesce(finished, 0) + coalesce(tickets_without_case, 0), 'scale': 100},
    {'rate': 'review_good_rate', 'places': 'ckhdit', 'above': reviews_good, 'below': reviews_active, 'scale': 100},
    {'rate': 'review_bad_rate', 'places': 'ckhdit', 'above': reviews_bad, 'below': reviews_active, 'scale': 100},
    {'rate': 'review_total_good_rate', 'places': 'ckh', 'above': reviews_good_total, 'below': reviews_total, 'scale': 100},
    {'rate': 'callback_rate', 'places': 'ckhd', 'above': bad_named_called, 'below': bad_named, 'scale': 100},
    {'rate': 'callback_satisfied_rate', 'places': 'ckhd', 'above': bad_satisfied, 'below': bad_answered, 'scale': 100},
    {'rate': 'rectify_on_time_rate', 'places': 'ckhd', 'above': bad_rectified, 'below': bad_rectify_due, 'scale': 100},
    {'rate': 'onsite_complaint_rate', 'places': 'ckh', 'above': complaints_onsite, 'below': tickets_done, 'scale': 10000},
    {'rate': 'wait_avg', 'places': 'ckh', 'above': wait_minutes, 'below': calls, 'scale': 1},
    {'rate': 'wait_p90', 'places': 'ckh', 'above': NULL, 'below': calls, 'scale': 1},
    {'rate': 'wait_sla_rate', 'places': 'ckh', 'above': calls_in_time, 'below': calls_and_lost, 'scale': 100},
    {'rate': 'handle_avg', 'places': 'ckh', 'above': handle_minutes, 'below': handled, 'scale': 1},
    {'rate': 'abandon_rate', 'places': 'ckh', 'above': abandoned_or_no_show, 'below': called_or_abandoned, 'scale': 100},
    {'rate': 'window_saturation', 'places': 'ckh', 'above': busy_minutes, 'below': open_minutes, 'scale': 100}
]) AS r
FROM whole;

CREATE TEMP VIEW rates AS
SELECT r.rate, strftime(month, '%Y-%m') AS period, hall_id, county, dept_code, item_code, theme,
       CASE WHEN r.rate <> 'wait_p90' THEN coalesce(r.above, 0) END AS numerator, coalesce(r.below, 0) AS denominator,
       CASE WHEN coalesce(r.below, 0) > 0
            THEN CASE WHEN r.rate = 'wait_p90' THEN wait_p90 ELSE r.scale * coalesce(r.above, 0) / r.below END END
         AS value,
       '2026.1' AS definition_version
FROM told
WHERE contains(r.places, CASE kind WHEN 'city' THEN 'c' WHEN 'county' THEN 'k' ELSE kind[1] END)
  AND (r.rate NOT IN ('ywtb_case_rate_low', 'ywtb_case_rate_high') OR scope_unknown > 0);
