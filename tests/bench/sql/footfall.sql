-- B, the baseline of the footfall, for every hall at every 5 minutes of opening hours.
-- What came in the 60 minutes before each instant, not reaching back before the session's opening. Instants are the
-- 5-minute grid after the opening up to the closing; hours begin and end on it.
CREATE TEMP TABLE first_days AS
SELECT p.hall_id, min(c.date) AS first_day FROM counted c JOIN places p USING (queue) WHERE c.taken > 0 GROUP BY ALL;

CREATE TEMP TABLE came AS
WITH instants AS (
    SELECT hall_id, date, day_type, bad_data, open_at,
           unnest(range(epoch_us(open_at) // 300000000 + 1, epoch_us(close_at) // 300000000 + 1)) AS step
    FROM sessions
), per_hall AS (
    SELECT p.hall_id, c.step, sum(c.own_usual)::INT AS own_usual
    FROM counted c JOIN places p USING (queue) WHERE c.session IS NOT NULL GROUP BY ALL
)
SELECT i.hall_id, i.date, i.step, i.day_type,
       i.day_type IN ('work', 'rest') AND NOT i.bad_data AND i.date >= f.first_day AS usable,
       (i.step - epoch_us(date_trunc('day', i.open_at)) // 300000000)::INT AS slot,
       sum(coalesce(h.own_usual, 0)) OVER (PARTITION BY i.hall_id, i.open_at ORDER BY i.step
                                           ROWS BETWEEN 11 PRECEDING AND CURRENT ROW)::INT AS value
FROM instants i LEFT JOIN per_hall h ON h.hall_id = i.hall_id AND h.step = i.step
LEFT JOIN first_days f ON f.hall_id = i.hall_id;

-- Ordinary days: of the same weekday and clock time, at most 16 weeks back, the last 8 that count.
CREATE TEMP TABLE ordinary AS
SELECT hall_id, step, list_slice(list(value) FILTER (usable) OVER weeks_before, -8, -1) AS past
FROM came
WINDOW weeks_before AS (PARTITION BY hall_id, dayofweek(date), slot ORDER BY date
                        RANGE BETWEEN INTERVAL 112 DAYS PRECEDING AND INTERVAL 7 DAYS PRECEDING)
QUALIFY day_type <> 'makeup';

-- Makeup days: the last working days, at most 16, of which the nearest 8 count.
CREATE TEMP TABLE makeup AS
WITH days AS (SELECT DISTINCT hall_id, date, day_type FROM sessions),
looked_at AS (
    SELECT m.hall_id, m.date, w.date AS past
    FROM days m JOIN days w ON w.hall_id = m.hall_id AND w.day_type = 'work' AND w.date < m.date
    WHERE m.day_type = 'makeup'
    QUALIFY row_number() OVER (PARTITION BY m.hall_id, m.date ORDER BY w.date DESC) <= 16
)
SELECT a.hall_id, a.step, list_slice(list(c.value ORDER BY c.date) FILTER (c.usable), -8, -1) AS past
FROM came a JOIN looked_at l ON l.hall_id = a.hall_id AND l.date = a.date
JOIN came c ON c.hall_id = l.hall_id AND c.date = l.past AND c.slot = a.slot
GROUP BY ALL;

CREATE TEMP VIEW footfall AS
SELECT hall_id, make_timestamptz(step * 300000000) AS "at", list_median(past)::DOUBLE AS baseline, len(past) AS days
FROM (FROM ordinary UNION ALL FROM makeup) WHERE len(past) >= 4;
